"""Template tags of the frame: icons, the cells of a list row and the words the browser needs."""

from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, escape, format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

register = template.Library()

# Words that scripts show; a script asks for them by the key on the left.
WORDS = {
    "cancel": _("Cancel"),
    "close": _("Close"),
    "clear": _("Clear"),
    "confirm": _("Confirm"),
    "copied": _("Copied: %(text)s"),
    "undo": _("Undo"),
    "open": _("Open"),
    "undone": _("Taken back."),
    "retry": _("Try again"),
    "search": _("Search"),
    "searching": _("Searching …"),
    "nothing_found": _("Nothing found."),
    "create": _("Create “%(text)s”"),
    "choose": _("Choose …"),
    "remove": _("Remove"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "day_after": _("In 2 days"),
    "next_monday": _("Next Monday"),
    "year_before": _("Previous year"),
    "year_after": _("Next year"),
    "month_before": _("Previous month"),
    "month_after": _("Next month"),
    "time": _("Time"),
    "selected": _("%(count)s selected"),
    "all_found": _("All %(count)s found are selected"),
    "unsaved_title": _("Leave without saving?"),
    "unsaved_text": _("What you typed has not been saved."),
    "unsaved_leave": _("Discard and leave"),
    "unsaved_stay": _("Keep editing"),
    "draft_found": _("You typed something here %(when)s and did not save it."),
    "draft_restore": _("Take it back"),
    "draft_discard": _("Discard"),
    "draft_restored": _("Your unsaved text is back."),
    "draft_kept": _("Kept on this device"),
    "saved": _("Saved."),
    "offline": _("No connection. What you type stays on this device."),
    "online": _("The connection is back."),
    "failed_network": _("The server did not answer. Nothing was lost; try again."),
    "failed_server": _("This did not work. The fault was recorded; try again in a moment."),
    "failed_forbidden": _("You may not do this."),
    "failed_gone": _("This is not there any more."),
    "failed_many": _("Too many requests. Wait a moment and try again."),
    "just_now": _("just now"),
    "minutes_ago": _("%(count)s min ago"),
    "hours_ago": _("%(count)s h ago"),
    "days_ago": _("%(count)s days ago"),
    "close_tab": _("Close %(text)s"),
    "too_big": _("The file is larger than %(size)s MB."),
    "not_a_picture": _("Choose a picture (JPG, PNG or WebP)."),
    "phone_bad": _("This does not look like a telephone number."),
    "pick_dates": _("Choose a date"),
    "moved_to": _("%(text)s is now number %(place)s of %(count)s"),
}


@lru_cache(maxsize=1)
def sprite() -> str:
    """Address of the file that holds every icon used."""
    return static("haike/icons.svg")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the set. With a label it speaks for itself, without one it only decorates a word."""
    if not name:
        return SafeString("")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, sprite(), name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite(), name)


@register.filter
def active_name(views: list[Any] | None) -> str:
    """Name of the saved view that is in force, empty when none is."""
    return next((str(view.name) for view in views or [] if view.active), "")


@register.simple_tag
def cells(row: Any, columns: list[Any]) -> SafeString:
    """The cells of one list row; the first one is the link to the record.

    Built here and not by a template loop because a page holds some five hundred of them.
    """
    parts: list[str] = []
    for place, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
        label = escape(column.label)
        kind = ' class="end"' if column.align == "right" else ""
        text = conditional_escape(cell)
        if place == 0:
            name = f'<a class="row-link" href="{escape(row.url)}">{text or "—"}</a>' if row.url else text
            parts.append(f'<th scope="row" class="cell-name">{name}</th>')
        else:
            parts.append(f'<td data-label="{label}"{kind}>{text}</td>')
    return mark_safe("".join(parts))


@register.simple_tag
def words() -> SafeString:
    """The words of the scripts in the reader's language, as data in the page."""
    return json_script({key: str(word) for key, word in WORDS.items()}, "haike-words")
