"""The look of a picture: a small preview, served only to those who see the record."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.escape import escape
from haike.kernel.fields import Picture
from haike.kernel.icon import icon
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Look, Raw, shows
from haike.kernel.picture import MOST_BYTES, checked_picture
from haike.kernel.policy import Actor
from haike.refused import Refused


@shows(Picture)
class PictureLook(Look):
    """A picture, uploaded in the form of its record; sheets and API only tell whether there is one."""

    kind = "picture"
    by_file = True
    operators = EMPTY_OPERATORS

    def text(self, value: Any) -> str:
        return value.name if value else ""

    def source(self, value: Any) -> str:
        """Where the picture of a stored record is served."""
        record = value.instance
        return f"/{record._haike_entity.slug}/{record.pk}/picture/{self.name}?v={record.version}"

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        source, label = escape(self.source(value)), escape(self.label)
        return f'<img class="thumb" loading="lazy" src="{source}&amp;size=96" alt="{label}">'

    def raw(self, value: Any) -> Raw:
        return self.source(value) if value and value.instance.pk else ""

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        key, shown = escape(name), escape(raw if isinstance(raw, str) else "")
        view = f'<img src="{shown}" alt="">' if shown else icon("photo-plus")
        hidden = "" if shown else " hidden"
        choose, remove = escape(_("Choose a picture")), escape(_("Remove"))
        return mark_safe(
            f'<div class="picture" data-picture="{MOST_BYTES // 1_000_000}"><label class="picture-view" for="id_{key}">'
            f'{view}</label><div><input class="unseen" type="file" accept="image/*" id="id_{key}" name="{key}">'
            f'<label class="btn btn-s" for="id_{key}">{choose}</label> '
            f'<button class="btn btn-s btn-quiet" type="button" data-picture-remove{hidden}>'
            f"{remove}</button>"
            f'</div><input type="hidden" name="{key}-clear" value="" data-picture-clear></div>'
        )

    def parse(self, raw: Any, by: Actor) -> Any:
        if isinstance(raw, UploadedFile):
            return checked_picture(raw)
        if not raw:
            return ""
        raise Refused(_("A picture is uploaded on the form of the record."))

    def from_json(self, value: Any, by: Actor) -> Any:
        raise Refused(_("A picture is uploaded on the form of the record."))

    def to_json(self, value: Any) -> Any:
        return getattr(value, "name", value) or None

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"]}

    def from_log(self, value: Any) -> str:
        return str(_("a picture")) if value else ""
