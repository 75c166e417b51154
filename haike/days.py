"""Days in the reader's way of writing them: 11-22 and 2026-11-22 in Chinese, 22 Nov and 22 Nov 2026 in English.

Templates write the Chinese form, `{{ at|date:"m-d H:i" }}`; for readers of English the same filter gives theirs.
Figures of machines (`datetime="…"` with "c") stay as they are.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template import defaultfilters
from django.utils.translation import get_language

register = template.Library()

USUAL = {"m-d H:i": slice(5, 16), "Y-m-d H:i": slice(16), "Y-m-d H:i:s": slice(19), "Y-m-d": slice(10)}
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


@lru_cache(maxsize=200)
def english_format(form: str) -> str:
    """Django's format with the month as a word behind the day."""
    return form.replace("Y-m-d", "j M Y").replace("Y-m", "M Y").replace("m-d", "j M")


def day_text(day: date | datetime, *, year: bool) -> str:
    """A day for people, with or without its year."""
    if not in_english():
        return str(day)[0 if year else 5 : 10]
    return f"{day.day} {MONTHS[day.month]}{f' {day.year}' if year else ''}"


@register.filter(name="date", expects_localtime=True, is_safe=False)
def date_filter(value: Any, form: str | None = None) -> str:
    """Django's `date`, with the order of day and month that the reader is used to; usual forms without its parser."""
    if form == "c" and isinstance(value, datetime):
        return value.isoformat()
    if form in USUAL and isinstance(value, datetime) and not in_english():
        return str(value)[USUAL[form]]
    return str(defaultfilters.date(value, english_format(form) if form and in_english() else form))
