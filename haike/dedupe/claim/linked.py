"""A sentence that a page shows with a link behind it; import and API show the sentence alone."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


class Linked(str):
    """Plain text that knows where the reader goes on."""

    __slots__ = ("label", "url")
    url: str
    label: Any

    def __new__(cls, text: str, url: str, label: Any) -> Linked:
        """The text with address and words of its link; without an address it is the text alone."""
        made = super().__new__(cls, text)
        made.url, made.label = url, label
        return made

    def __str__(self) -> str:
        return self

    def __html__(self) -> SafeString | str:
        """What templates show."""
        text = "".join(self)
        if not self.url:
            return format_html("{}", text)
        return format_html('{} <a href="{}" target="_blank" rel="noopener">{}</a>', text, self.url, self.label)
