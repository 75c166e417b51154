"""Fields of pages that belong to no record: passwords, user names, the characters of a picture."""

from __future__ import annotations

from typing import Any

from captcha.models import CaptchaStore
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.kernel.look import Look, look_for
from haike.kernel.look.base import Raw, one
from haike.kernel.policy import Actor
from haike.refused import Refused


def model_looks(model: Any, *names: str) -> dict[str, Look]:
    """The looks of some fields of a model, for a form of just these."""
    return {name: look_for(model._meta.get_field(name)) for name in names}


class PlainLook(Look):
    """One line of text with the kind of input and the autocompletion that a browser needs to help."""

    def __init__(
        self,
        name: str,
        label: Any,
        *,
        required: bool = True,
        type: str = "text",
        autocomplete: str = "off",
        focus: bool = False,
        help: Any = "",
        max_length: int = 120,
    ) -> None:
        super().__init__(name, label)
        self.required, self.help, self.max_length = required, help, max_length
        self.type, self.autocomplete, self.focus = type, autocomplete, focus

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return format_html(
            '<input type="{}" class="form-control{}" value="{}" autocomplete="{}" autocapitalize="none" '
            'spellcheck="false"{} {}>',
            self.type,
            " is-invalid" if invalid else "",
            one(raw),
            self.autocomplete,
            SafeString(" autofocus") if self.focus else "",
            SafeString(self.attributes(name, invalid=invalid)),
        )


class PasswordLook(PlainLook):
    """A password; it is never trimmed and never sent back."""

    def __init__(self, name: str, label: Any, *, autocomplete: str = "current-password", help: Any = "") -> None:
        super().__init__(name, label, type="password", autocomplete=autocomplete, help=help, max_length=200)

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return super().widget(name, "", invalid=invalid)

    def parse(self, raw: Raw, by: Actor) -> str:
        text = one(raw)
        if not text:
            raise Refused(_("Please fill in: %(label)s.") % {"label": self.label})
        self.check_length(text)
        return text


class CaptchaLook(PlainLook):
    """The characters of a picture, a new picture each time."""

    def __init__(self) -> None:
        super().__init__("captcha", _("Characters in the picture"), required=False, max_length=10)

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        CaptchaStore.remove_expired()
        key = CaptchaStore.generate_key()
        return format_html(
            '<div class="line">{}<img src="{}" alt="{}" height="36"></div>'
            '<input type="hidden" name="captcha_key" value="{}">',
            super().widget(name, "", invalid=invalid),
            reverse("captcha-image", args=[key]),
            _("Picture with characters; sign in a new window or ask your administrator if you cannot read it"),
            key,
        )
