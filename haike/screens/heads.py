"""What stands above the rows of a list: tabs and heads of columns, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from haike.kernel.discreet import look_in
from haike.kernel.entity import Entity
from haike.kernel.escape import escape
from haike.kernel.icon import icon
from haike.screens.table import Column

CURRENT = ' aria-current="true"'


@dataclass(frozen=True)
class Tab:
    """A category of the list."""

    key: str
    label: str
    url: str
    active: bool


def tabs_html(tabs: Sequence[Tab]) -> SafeString:
    """The tabs of a list."""
    parts = []
    for tab in tabs:
        url = escape(tab.url)
        parts.append(
            f'<a class="tab{" active" if tab.active else ""}" id="tab-{tab.key}" href="{url}" hx-get="{url}"'
            f"{CURRENT if tab.active else ''}>{escape(tab.label)}</a>"
        )
    return mark_safe("".join(parts))


def heads_html(columns: Sequence[Column]) -> SafeString:
    """The heads of a list's columns, links where one can sort by them."""
    parts = []
    for place, column in enumerate(columns):
        kinds = ("" if place else "cell-name") + (" end" if column.align == "right" else "")
        order = f' aria-sort="{column.sorted}ending"' if column.sorted else ""
        edit = f' data-edit="{column.edit}"' if column.edit else ""
        label, url = escape(column.label), escape(column.sort_url or "")
        arrow = icon("arrow-down" if column.sorted == "desc" else "arrow-up")
        link = f'<a id="sort-{column.name}" href="{url}" hx-get="{url}">{label}{arrow}</a>'
        parts.append(
            f'<th scope="col" class="{kinds}" data-column="{column.name}"{edit}{order}>'
            f'{link if url else f"<span>{label}</span>"}<i class="resize" aria-hidden="true"></i></th>'
        )
    return mark_safe("".join(parts))


def search_label(entity: Entity, path: str) -> str:
    """The words for a field of the quick search: "Contact person · Full name"."""
    first, __, rest = path.partition("__")
    look = look_in(entity, path)
    if not rest:
        return str(look.label)
    return f"{entity.model._meta.get_field(first).related_model._meta.verbose_name} · {look.label}"
