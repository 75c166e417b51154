"""Who did something when it was no person: the readable names of what acts by itself."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SYSTEMS: dict[str, str | Promise] = {
    "": _("Haike"),
    "setup": _("Setting up"),
    "sample": _("Sample company"),
    "joining": _("Joining"),
    "pools": _("Public seas"),
    "recycle": _("Nightly recycle"),
    "assignment rules": _("Assignment rules"),
    "first talk": _("First follow-up"),
    "lead score": _("Scoring of leads"),
    "handover": _("Hand-over"),
    "keeper rules": _("Keeper rules"),
    "rules": _("Tag and segment rules"),
    "heat": _("Rule of heat"),
    "purchase": _("Purchases"),
    "money": _("Books"),
}
"""By the name under which the change log keeps them."""


def name_of(by_name: str) -> str:
    """The name of who did something, a person or not, in the language of the reader."""
    return str(SYSTEMS.get(by_name, by_name))


def source_of(origin: str) -> str:
    """By which way a change came, where that was no page: a job by its number, the API, an import."""
    if number := re.fullmatch(r"job (\d+)", origin):
        return str(_("Job %(number)s") % {"number": number[1]})
    if origin.startswith("import "):
        return str(_("Import of %(file)s") % {"file": origin.removeprefix("import ")})
    return origin.upper() if origin == "api" else origin if origin.startswith(("api", "import")) else ""
