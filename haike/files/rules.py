"""What may be attached, as a company sets it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.files.kinds import Nature, ending_of, family_of, fits
from haike.kernel.option import option
from haike.refused import Refused

MEGABYTE = 1024 * 1024
_GROUP = _("Attachments")

LARGEST = option("files.largest", 50, _("Largest file (MB)"), group=_GROUP, least=1, most=2000)
MOST = option("files.most", 200, _("Attachments of one record at most"), group=_GROUP, least=1, most=10_000)
ACCEPTED = option(
    "files.accepted",
    "",
    _("Only these kinds of files"),
    group=_GROUP,
    help=_("Endings by blanks, such as pdf jpg png xlsx docx. Empty: all but the forbidden ones."),
)
FORBIDDEN = option(
    "files.forbidden",
    "exe com scr pif cpl dll sys msi msp bat cmd ps1 vbs vbe js jse ws wsf wsh hta lnk reg jar class apk elf sh",
    _("Forbidden kinds of files"),
    group=_GROUP,
    help=_("Endings by blanks. A program is known by its content too, whatever its name says."),
)
UNSCANNED = option(
    "files.unscanned",
    "refuse",
    _("If the virus scanner does not answer"),
    group=_GROUP,
    choices=(("refuse", _("refuse the file")), ("accept", _("take the file and scan it at night"))),
    help=_("Only where a virus scanner is connected (HAIKE_CLAMAV)."),
)


def largest() -> int:
    """Bytes of one file at most."""
    return int(LARGEST()) * MEGABYTE


def too_large() -> Refused:
    """The sentence for a file that is too large."""
    return Refused(_("The file is larger than %(most)s MB.") % {"most": LARGEST()})


def _endings(text: str) -> set[str]:
    return {word.strip(".").lower() for word in text.replace(",", " ").replace("，", " ").split()}


def check_kind(name: str, nature: Nature) -> None:
    """Refuse a forbidden kind, and a name that says something else than the content."""
    ending, forbidden = ending_of(name), _endings(str(FORBIDDEN()))
    if nature.ending in forbidden:
        raise Refused(
            _("“%(name)s” is in truth a program (%(kind)s). It was not saved.") % {"name": name, "kind": nature.ending}
        )
    if ending in forbidden:
        raise Refused(_("Files of the kind “%(kind)s” may not be attached.") % {"kind": ending})
    if not fits(ending, nature):
        raise Refused(
            _("The name “%(name)s” does not fit the content, which is: %(kind)s. Rename the file and try again.")
            % {"name": name, "kind": nature.label}
        )
    accepted = _endings(str(ACCEPTED()))
    # A name of an unknown family says nothing: then the content has to be one of the accepted kinds.
    known = family_of(ending) is not None or nature.family in ("text", "other")
    if accepted and (ending not in accepted or not (known or nature.ending in accepted)):
        raise Refused(_("Only these kinds of files may be attached: %(kinds)s") % {"kinds": " ".join(sorted(accepted))})
