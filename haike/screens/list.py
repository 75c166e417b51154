"""The list of an entity: tabs, search, filter, columns, order, pages, totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, cast
from urllib.parse import quote_plus, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.find.finder import Page
from haike.kernel.digits import whole
from haike.kernel.entity import Button, Entity
from haike.kernel.escape import escape
from haike.kernel.filter import Group, Line
from haike.kernel.look import Look
from haike.kernel.preference import SavedView, list_choice
from haike.kernel.selection import Selection, sortable
from haike.refused import Refused
from haike.screens.door import entity_view
from haike.screens.side import side_html

SIZES = (10, 20, 30, 50, 100)
STATE = ("tab", "q", "f", "sort", "size", "archived")
SHOWN_FIRST = 5
"""On the first pages of a list the numbers up to this are shown."""


BulkSource = Callable[[Entity, Any, Selection], Iterable[dict[str, Any]]]
bulk_sources: list[BulkSource] = []
"""What can be done with chosen rows: rooms below add functions that give {"url", "label", "icon", "danger"}."""


@dataclass(frozen=True)
class EntityWords:
    """What templates say of an entity."""

    slug: str
    label: Any
    label_plural: Any
    icon: str

    @classmethod
    def of(cls, entity: Entity) -> EntityWords:
        """From its declaration."""
        return cls(entity.slug, entity.name, entity.label_plural, entity.icon)


@dataclass(frozen=True)
class Column:
    """One column of the table."""

    name: str
    label: Any
    align: str
    sort_url: str | None
    sorted: str


@dataclass(frozen=True)
class Row:
    """One row; `cells` are HTML in the order of the columns."""

    id: int
    url: str
    title: str
    cells: Sequence[str]
    deleted: bool = False
    actions: list[Button] = field(default_factory=list)
    marks: str = ""


@dataclass(frozen=True)
class PageNumber:
    """A page to go to, or pages left out (0); `far` ones have no place on a small screen."""

    number: int
    url: str = ""
    current: bool = False
    far: bool = True


@dataclass(frozen=True)
class NamedView:
    """A saved view in the menu of views."""

    name: str
    url: str
    active: bool
    mine: bool
    delete_url: str
    share_url: str
    shared: bool


class ListPage:
    """Everything `kernel/list.html` shows."""

    def __init__(self, request: HttpRequest, entity: Entity) -> None:
        self.request, self.declared = request, entity
        self.user = cast(Any, request.user)
        self.query = {name: request.GET[name] for name in STATE if request.GET.get(name)}
        self.selection = Selection.from_query(entity, self.user, self.query)
        self.entity = EntityWords.of(entity)
        self.title = entity.label_plural
        self.choice = list_choice(self.user, entity.label)
        self.q = self.selection.words
        self.tab = self.selection.tab
        # An empty list promises that the totals come with the count.
        self.totals: list[dict[str, Any]] | None = [] if set(entity.totals) & set(self.shown) else None

    # -- addresses -------------------------------------------------------------------------------------------------

    def url(self, **changes: Any) -> str:
        """The address of this list with some of its state changed; pages start anew."""
        changed = {name: f"{name}={quote_plus(str(value))}" for name, value in changes.items() if value}
        parts = {**self._quoted, **dict.fromkeys(changes, ""), **changed}
        query = "&".join(part for part in parts.values() if part)
        return f"/{self.declared.slug}/{'?' + query if query else ''}"

    @cached_property
    def _quoted(self) -> dict[str, str]:
        # Quoted once: some forty addresses of a page differ in one part.
        return {name: urlencode({name: value}) for name, value in self.query.items()}

    def _beside(self, what: str, **more: str) -> str:
        query = urlencode({**self.query, **more})
        return f"/{self.declared.slug}/{what}{'?' + query if query else ''}"

    @cached_property
    def state(self) -> dict[str, str]:
        """What the search form carries along."""
        return {name: value for name, value in self.query.items() if name != "q"}

    @cached_property
    def count_url(self) -> str:
        """Count and totals come after the rows."""
        paging = {name: self.request.GET[name] for name in ("page", "after", "before") if self.request.GET.get(name)}
        return self._beside("count", **paging)

    @cached_property
    def filter_url(self) -> str:
        """The filter builder."""
        return self._beside("filter")

    @cached_property
    def columns_url(self) -> str:
        """The choice of columns."""
        return self._beside("columns")

    @cached_property
    def export_url(self) -> str:
        """The export dialog for what is found."""
        return self._beside("export")

    @cached_property
    def save_view_url(self) -> str:
        """The dialog that names a view."""
        return self._beside("views/new")

    @cached_property
    def import_url(self) -> str:
        """The import, or nothing where the entity has none."""
        return f"/{self.declared.slug}/import/" if self.declared.importable else ""

    @cached_property
    def new_url(self) -> str:
        """The form of a new record, or nothing."""
        return f"/{self.declared.slug}/new" if self.declared.creatable else ""

    @cached_property
    def bin_url(self) -> str:
        """The recycle bin of this entity."""
        return f"/{self.declared.slug}/bin/" if self.may["restore"] else ""

    @cached_property
    def clear_url(self) -> str:
        """The same tab without words and filter."""
        return self.url(q=None, f=None, archived=None)

    # -- what the user may -----------------------------------------------------------------------------------------

    @cached_property
    def may(self) -> dict[str, bool]:
        """Actions and whether the user has them."""
        policy = self.declared.policy
        found = {
            name: policy.may(self.user, name) for name in ("create", "edit", "delete", "restore", "import", "export")
        }
        return {**found, "create": found["create"] and self.declared.creatable, "change": found["edit"]}

    @cached_property
    def buttons(self) -> list[Button]:
        """What the entity offers in the head of the list."""
        return self.declared.list_buttons(self.user)

    @cached_property
    def bulk(self) -> list[dict[str, Any]]:
        """What can be done with chosen rows."""
        found = [act for source in bulk_sources for act in source(self.declared, self.user, self.selection)]
        return sorted(found, key=lambda act: bool(act["danger"]))

    # -- bars ------------------------------------------------------------------------------------------------------

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The categories of the entity."""
        found = self.declared.categories_for(self.user)
        return (
            [
                {
                    "key": key,
                    "label": category.label,
                    "url": self.url(tab=key),
                    "active": key == self.tab,
                    "count": None,
                }
                for key, category in found.items()
            ]
            if len(found) > 1
            else []
        )

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The filter in words, each part removable."""
        group, found = self.selection.filter, []
        if self.selection.state == "archived":
            found.append({"text": _("Archived"), "remove_url": self.url(archived=None), "url": ""})
        for place, part in enumerate(group.parts):
            lines = [part] if isinstance(part, Line) else list(part.lines())
            joint = f" {_('or') if isinstance(part, Group) and part.any_of else _('and')} "
            text = joint.join(line.say() for line in lines)
            found.append({"text": text, "remove_url": self.url(f=group.without(place).text()), "url": self.filter_url})
        return found

    @cached_property
    def side(self) -> SafeString:
        """The trees beside the list, empty without any."""
        return side_html(self.declared, self.declared.side(self.user), self.selection.filter, self.url)

    @cached_property
    def views(self) -> list[NamedView]:
        """Saved views of the user and of his roles."""
        now, slug, me = urlencode(self.query), self.declared.slug, self.user.pk
        return [
            NamedView(
                name=view.name,
                url=f"/{slug}/?{view.state}",
                active=view.state == now,
                mine=view.owner_id == me,
                shared=bool(view.roles),
                delete_url=f"/{slug}/views/{view.pk}/delete" if view.owner_id == me else "",
                share_url=f"/{slug}/views/{view.pk}/share" if view.owner_id == me else "",
            )
            for view in SavedView.for_user(self.declared.label, self.user)
        ]

    @cached_property
    def view_active(self) -> bool:
        """Whether the list shows just what a saved view holds."""
        return any(view.active for view in self.views)

    # -- the table -------------------------------------------------------------------------------------------------

    @cached_property
    def density(self) -> str:
        """Row height."""
        return "dense" if self.choice and self.choice.dense else "normal"

    @cached_property
    def size(self) -> int:
        """Rows on a page: asked for, kept for this list, or the user's own."""
        asked = whole(self.request.GET.get("size"))
        chosen = asked if asked is not None else (self.choice.size if self.choice else 0)
        own = getattr(self.user, "page_size", 0)
        return chosen if chosen in SIZES else (own if own in SIZES else 50)

    @cached_property
    def shown(self) -> dict[str, Look]:
        """Columns by name: the user's own choice or the entity's, without hidden ones; the title comes first."""
        entity = self.declared
        names = list(self.choice.columns if self.choice and self.choice.columns else entity.columns)
        if entity.title in entity.looks and entity.title in names:
            names.remove(entity.title)
            names.insert(0, entity.title)
        found = {}
        for name in names:
            if name.split("__")[0] in entity.looks and entity.right(self.user, name) != "hidden":
                found[name] = entity.look_at(name)
        return found

    @cached_property
    def columns(self) -> list[Column]:
        """The heads of the table."""
        entity, user, sort = self.declared, self.user, self.selection.sort
        found = []
        for name, look in self.shown.items():
            direction = {name: "asc", f"-{name}": "desc"}.get(sort, "")
            url = self.url(sort=f"-{name}" if direction == "asc" else name) if sortable(entity, user, name) else None
            found.append(Column(name, look.label, look.align, url, direction))
        return found

    def number(self) -> int:
        """The page asked for."""
        return min(max(whole(self.request.GET.get("page")) or 1, 1), 1_000_000)

    def load(self) -> None:
        """Fetch the page's rows."""
        asked = self.request.GET
        self.found: Page = self.selection.find.page(
            self.size, self.number(), after=asked.get("after") or None, before=asked.get("before") or None
        )
        looks = self.shown
        self.records = self.selection.rows(self.found.ids, list(looks), narrow=True)
        self.rows = table_rows(self.declared, self.user, self.records, looks)

    @cached_property
    def pager(self) -> dict[str, Any]:
        """First, previous, numbers, next, sizes. Numbers lead ahead as far as is known before the count arrives."""
        page = self.number()
        more = self.found.after is not None
        return {
            "page": page,
            "size": self.size,
            "numbers": self.numbers(page + more),
            "sizes": [(size, self.url(size=size)) for size in SIZES],
            "first": self.url() if page > 1 else None,
            "prev": self.url(page=page - 1, before=self.found.before) if page > 1 else None,
            "next": self.url(page=page + 1, after=self.found.after) if more else None,
        }

    def numbers(self, last: int, *, beyond: bool = False) -> list[PageNumber]:
        """The pages around this one up to the last; a later last one moves none."""
        page = self.number()
        last = max(last, page)
        known = {1, *range(max(1, page - 1), min(last, max(page + 1, SHOWN_FIRST)) + 1), last}
        found: list[PageNumber] = []
        for number in sorted(known):
            if found and number - found[-1].number > 1:
                found.append(PageNumber(0))
            found.append(PageNumber(number, self.url(page=number), number == page, abs(number - page) > 1))
        return [*found, PageNumber(0)] if beyond else found

    # -- count and totals, asked for after the page ------------------------------------------------------------------

    count: str | int | None = None
    pages: list[PageNumber] | None = None

    def load_count(self) -> None:
        """The count, and sums of the total columns for everything found."""
        number, capped = self.selection.find.count()
        self.count = f"{number - 1:,}+" if capped else f"{number:,}"
        if number:
            self.pages = self.numbers(-(-(number - capped) // self.size), beyond=capped)
        if self.totals is None:
            return
        self.load()
        names = [name for name in self.declared.totals if name in self.shown]
        here = {name: sum(getattr(record, name) or 0 for record in self.records) for name in names}
        self.totals = [
            {"label": label, "cells": [looks_text(look, sums.get(name)) for name, look in self.shown.items()]}
            for label, sums in ((_("This page"), here), (_("Total"), self.selection.sums()))
        ]

    @cached_property
    def empty(self) -> dict[str, Any]:
        """What stands where there is nothing yet."""
        name = self.declared.name
        return {
            "sentence": _("No %(name)s here yet.") % {"name": name},
            "button": _("New %(name)s") % {"name": name},
            "url": self.new_url if self.may["create"] else "",
        }


def looks_text(look: Look, value: Any) -> str:
    """A total under its column, empty for columns without one."""
    return look.text(value) if value is not None and look.align == "right" else ""


def cell_of(entity: Entity, user: Any, name: str, look: Look, record: Any) -> SafeString:
    """One cell with the user's right to the field; a masked value can be revealed by a click that is logged."""
    value = look.get(record)
    if entity.right(user, name) != "masked":
        return mark_safe(look.cell(value))
    if look.blank(value):
        return mark_safe(look.cell(value))
    url = f"/{entity.slug}/{record.pk}/reveal/{name}"
    return mark_safe(
        f'<button type="button" class="link reveal" hx-post="{url}" hx-swap="outerHTML">{look.masked(value)}</button>'
    )


def _getter(look: Look) -> Callable[[Any], Any]:
    plain = type(look).get is Look.get and "__" not in look.path
    return attrgetter(look.path) if plain else look.get


def table_rows(entity: Entity, user: Any, records: Sequence[Any], looks: dict[str, Look]) -> list[Row]:
    """Records as rows of a table."""
    # Column by column: a page has some five hundred cells, and what a column's cells share is worked out once.
    columns: list[Sequence[str]] = []
    for name, look in looks.items():
        if entity.right(user, name) == "masked":
            columns.append([cell_of(entity, user, name, look, record) for record in records])
        else:
            columns.append(look.cells(list(map(_getter(look), records))))
    marks = row_marks(entity, user, records)
    return [
        Row(
            record.pk,
            entity.url_of(record),
            escape(record),
            cells,
            record.deleted_at is not None,
            entity.row_buttons(record, user),
            marks.get(record.pk, ""),
        )
        for record, cells in zip(records, zip(*columns, strict=True) if columns else [()] * len(records), strict=True)
    ]


def row_marks(entity: Entity, user: Any, records: Sequence[Any]) -> dict[int, str]:
    """What rooms put beside the names: tags, a star …"""
    found: dict[int, str] = {}
    for source in entity.mark_sources if records else ():
        for pk, html in source(entity, user, records).items():
            found[pk] = found.get(pk, "") + html
    return found


@entity_view("list")
def list_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The list as a page, or only its table for htmx."""
    page = read_list(request, entity)
    page.load()
    fragment = getattr(request, "htmx", False) and not getattr(request.htmx, "history_restore_request", False)  # type: ignore[attr-defined]
    return render(request, "kernel/list.html#table" if fragment else "kernel/list.html", {"list": page})


@entity_view("count")
def count_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Count and totals of what is found."""
    page = read_list(request, entity)
    page.load_count()
    return render(request, "kernel/list.html#count", {"list": page})


def read_list(request: HttpRequest, entity: Entity) -> ListPage:
    """The list that an address asks for; a filter that cannot be read is left out and said."""
    try:
        return ListPage(request, entity)
    except Refused as no:
        messages.warning(request, str(no))
        query: Any = request.GET.copy()
        query.pop("f", None)
        request.GET = query
        return ListPage(request, entity)
