"""The icons of the program, drawn from one file."""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@lru_cache(maxsize=1)
def sprite() -> str:
    """Address of the file that holds every icon used."""
    return static("haike/icons.svg")


def icon(name: str, label: str = "") -> SafeString:
    """One icon of the set. With a label it speaks for itself, without one it only decorates a word."""
    return _icon(name, str(label)) if name else SafeString("")


@lru_cache(maxsize=2000)
def _icon(name: str, label: str) -> SafeString:
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, sprite(), name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite(), name)
