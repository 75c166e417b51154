"""Looks of text: one line, many lines, phone, e-mail, address of a page, numbers of documents."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.chinese.phone import complaint, display, mask, mask_email, normalise_phone
from haike.chinese.pinyin import full_pinyin, initials
from haike.kernel.escape import escape
from haike.kernel.fields import AutoNumber, Email, LongText, Phone, PinyinKey, Url, person_names
from haike.kernel.look.base import NOTHING, Look, Raw, one, shows
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import clean_text


@shows(models.CharField, AutoNumber, PinyinKey)
class TextLook(Look):
    """One line of text."""

    def spellings(self, value: Any, *, lettered: bool = True) -> list[str]:
        text = self.text(value)
        if text.isascii() or not lettered:
            return [text]
        person = self.name in person_names(getattr(self.field, "model", None))
        return [text, initials(text, person=person), full_pinyin(text, person=person)]


@shows(models.TextField, LongText)
class LongTextLook(Look):
    """Several lines; a list shows the first 60 characters."""

    kind = "longtext"
    wide = True
    most = 20_000

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        line = " ".join(value.split())
        if len(line) <= 60:
            return escape(line)
        return f'<span title="{escape(line[:500])}">{escape(line[:60])}…</span>'

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return mark_safe(
            f'<textarea class="form-control" rows="3" data-autogrow {self.attributes(name, invalid=invalid)}>'
            f"\n{escape(one(raw))}</textarea>"
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = clean_text(one(raw), lines=True)
        if len(text) > self.most:
            raise Refused(_("At most %(most)s characters, you have %(have)s.") % {"most": self.most, "have": len(text)})
        return text or self.empty_value()


@shows(Phone)
class PhoneLook(Look):
    """A telephone number: click to call, grouped for reading, found by any piece."""

    kind = "phone"
    personal = True

    def text(self, value: Any) -> str:
        return display(value) if value else ""

    def spellings(self, value: Any, *, lettered: bool = True) -> list[str]:
        return [str(value)]

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        return f'<a class="phone" href="tel:{escape(value)}">{escape(display(value))}</a>'

    def masked(self, value: Any) -> str:
        return f'<span class="masked">{escape(mask(value))}</span>' if value else NOTHING

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return mark_safe(
            f'<input type="tel" class="form-control" data-phone autocomplete="off" value="{escape(one(raw))}" '
            f"{self.attributes(name, invalid=invalid)}>"
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = clean_text(one(raw))
        if not text:
            return self.empty_value()
        phone = normalise_phone(text)
        if phone.kind == "unknown":
            raise Refused(complaint(text))
        self.check_length(str(phone))
        return str(phone)

    def from_json(self, value: Any, by: Actor) -> Any:
        return self.parse(str(value) if isinstance(value, int | float) else (value or ""), by)

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        text = one(value)
        digits = "".join(char for char in text if char.isdigit() or char == "+")
        return super().condition(operator, digits or text, by)


@shows(models.EmailField, Email)
class EmailLook(Look):
    """An e-mail address: click to write."""

    kind = "email"
    personal = True

    def cell(self, value: Any) -> str:
        return f'<a href="mailto:{escape(value)}">{escape(value)}</a>' if value else NOTHING

    def masked(self, value: Any) -> str:
        return f'<span class="masked">{escape(mask_email(value))}</span>' if value else NOTHING

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return mark_safe(
            f'<input type="email" class="form-control" autocomplete="off" value="{escape(one(raw))}" '
            f"{self.attributes(name, invalid=invalid)}>"
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = super().parse(raw, by)
        if text:
            try:
                validate_email(text)
            except ValidationError as error:
                raise Refused(_("“%(text)s” is not an e-mail address.") % {"text": text[:60]}) from error
        return text


_url = URLValidator(schemes=["http", "https"])


@shows(models.URLField, Url)
class UrlLook(Look):
    """The address of a page; https:// is added where it is missing."""

    kind = "url"

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        shown = value.split("://", 1)[-1].rstrip("/")
        return f'<a href="{escape(value)}" target="_blank" rel="noopener noreferrer">{escape(shown)}</a>'

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = clean_text(one(raw))
        if not text:
            return self.empty_value()
        if "://" not in text:
            text = f"https://{text}"
        self.check_length(text)
        try:
            _url(text)
        except ValidationError as error:
            raise Refused(_("“%(text)s” is not the address of a web page.") % {"text": text[:60]}) from error
        return text
