"""Template tags of the frame: icons, the cells of a list row and the words the browser needs."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.html import conditional_escape, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from haike.kernel.escape import escape
from haike.kernel.icon import icon

register = template.Library()
CLASS_DELETED = ' class="row-deleted"'

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


register.simple_tag(icon)


def _heads(columns: list[Any]) -> list[str]:
    """How the cells of each column begin."""
    return [
        # A card on the phone has room for what the field is, not for whose it is.
        f'<td data-label="{escape(str(column.label).rpartition(" · ")[2])}"'
        + (' class="end">' if column.align == "right" else ">")
        for column in columns
    ]


def _cells(row: Any, heads: list[str]) -> str:
    url, cells = escape(row.url), row.cells
    first = cells[0] if cells else ""
    name = f'<a class="row-link" href="{url}">{first or "—"}</a>' if url else first
    others = [f"{head}{cell}</td>" for head, cell in zip(heads[1:], cells[1:], strict=True)]
    return f'<th scope="row" class="cell-name">{name}{row.marks}</th>{"".join(others)}'


@register.simple_tag
def cells(row: Any, columns: list[Any]) -> SafeString:
    """The cells of one list row; the first one is the link to the record."""
    return mark_safe(_cells(row, _heads(columns)))


@register.simple_tag
def table_rows(page: Any) -> SafeString:
    """The rows of a list with their checkboxes and actions.

    Built here and not by template loops because a page holds some five hundred cells.
    """
    heads, may_change = _heads(page.columns), page.may["change"]
    edit, pencil = escape(_("Edit")), icon("pencil")
    change = f'edit" data-drawer data-edit title="{edit}" aria-label="{edit}">{pencil}</a>'
    parts: list[str] = []
    # The same words in every row are translated once.
    ends: dict[tuple[int, str], str] = {}
    for row in page.rows:
        parts.append(
            f'<tr data-row="{row.id}"{CLASS_DELETED if row.deleted else ""}><td class="cell-pick"><input '
            f'class="form-check-input" type="checkbox" name="ids" value="{row.id}" '
            f'aria-label="{row.title}"></td>'
            f'{_cells(row, heads)}<td class="cell-actions"><div class="row-actions">'
        )
        for action in row.actions:
            url, of = escape(action.url), (id(action.label), action.icon)
            if of not in ends:
                label = escape(action.label)
                ends[of] = f' title="{label}" aria-label="{label}">{icon(action.icon)}</a>'
            how = f' hx-post="{url}" hx-swap="none" role="button"' if action.method == "post" else ""
            parts.append(f'<a class="btn" href="{url}"{" data-drawer" if action.method == "drawer" else how}{ends[of]}')
        if may_change and not row.deleted:
            parts.append(f'<a class="btn" href="{escape(row.url)}{change}')
        parts.append("</div></td></tr>\n")
    return mark_safe("".join(parts))


@register.simple_tag
def facts_of(fields: list[dict[str, Any]]) -> SafeString:
    """Facts of a record's page, each of which may be edited in its place; a page has fifty."""
    pencil, edit = icon("pencil"), gettext("Edit %(label)s")
    parts = []
    for field in fields:
        name, label, url = field["name"], conditional_escape(field["label"]), field["edit_url"]
        button = (
            f'<button class="field-edit" type="button" hx-get="{url}" hx-target="#field-{name}" hx-swap="outerHTML"'
            f' aria-label="{edit % {"label": label}}">{pencil}</button>'
        )
        parts.append(
            f'<div class="field{" can-edit" if url else ""}" id="field-{name}"><span class="field-name">{label}</span>'
            f'<div class="field-value">{conditional_escape(field["html"])}</div>{button if url else ""}</div>'
        )
    return mark_safe("".join(parts))


@register.simple_tag
def page_numbers(numbers: list[Any]) -> SafeString:
    """The numbers of pages in the foot of a list."""
    parts = []
    for each in numbers:
        far = ' class="far"' if each.far else ""
        if each.number:
            url, current = escape(each.url), ' aria-current="page"' if each.current else ""
            parts.append(f'<a href="{url}" hx-get="{url}"{far}{current}>{each.number}</a>')
        else:
            parts.append(f"<span{far}>…</span>")
    return mark_safe("".join(parts))


@register.simple_tag
def modules() -> SafeString:
    """What the frame's script imports, fetched beside it: else the browser asks only when it has read the script.

    Chunks have their hash in their names, by which the script imports them.
    """
    found = finders.find("haike/modules.json")
    names = json.loads(Path(found).read_text()) if found else []
    return mark_safe("".join(f'<link rel="modulepreload" href="{settings.STATIC_URL}haike/{name}">' for name in names))


@register.simple_tag
def words() -> SafeString:
    """The words of the scripts in the reader's language, as data in the page."""
    return _words(get_language() or "")


@lru_cache(maxsize=10)
def _words(language: str) -> SafeString:
    return json_script({key: str(word) for key, word in WORDS.items()}, "haike-words")


class FixedNode(template.Node):
    """Renders its content once for each language and for each set of the values that it is given."""

    MOST = 300
    """So many renderings a node keeps; all are dropped when there are more."""

    def __init__(self, content: template.NodeList, given: dict[str, FilterExpression]) -> None:
        self.content, self.given = content, given
        self.rendered: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """The content, from memory if it was rendered before."""
        values = [value.resolve(context) for value in self.given.values()]
        # With the types: safe HTML equals the same text that is not, True equals 1.
        key = (get_language(), *values, *map(type, values))
        found = self.rendered.get(key)
        if found is None:
            if len(self.rendered) >= self.MOST:
                self.rendered.clear()
            # The content sees nothing but its values, so nothing of one reader can stay in it for another.
            alone = template.Context(dict(zip(self.given, values, strict=True)))
            alone.template = context.template
            found = self.rendered[key] = self.content.render(alone)
        return found


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    """{% fixed %}…{% endfixed %}: what depends on nothing but the language, and so is rendered once.

    {% fixed items=frame.menu %}…{% endfixed %}: what depends on these values alone, and so is rendered once for each.
    They must be hashable, as tuples and frozen dataclasses are.
    """
    rest = token.split_contents()[1:]
    given = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"fixed: write name=value, not {rest[0]}")
    content = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(content, given)
