"""The look of a picture: a small preview, served only to those who see the record."""

from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.fields import Picture
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Look, Raw, one, shows
from haike.kernel.policy import Actor
from haike.kernel.refused import Refused


@shows(Picture)
class PictureLook(Look):
    """A picture; set by the picture upload of its record, never by text."""

    kind = "picture"
    operators = EMPTY_OPERATORS

    def __init__(self, name: str, label: Any, *, field: Any = None) -> None:
        super().__init__(name, label, field=field)
        self.editable = False

    def text(self, value: Any) -> str:
        return value.name if value else ""

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        record = value.instance
        source = f"/{record._haike_entity.slug}/{record.pk}/picture/{self.name}?v={record.version}"
        return f'<img class="picture" loading="lazy" src="{escape(source)}" alt="{escape(self.label)}">'

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return mark_safe(f'<span class="form-hint">{escape(one(raw))}</span>')

    def parse(self, raw: Raw, by: Actor) -> Any:
        raise Refused(_("A picture is uploaded on the page of the record."))

    def to_json(self, value: Any) -> Any:
        return getattr(value, "name", value) or None
