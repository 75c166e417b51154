"""The list of an entity: tabs, search, filter, columns, order, pages, totals."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar, cast
from urllib.parse import quote_plus, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.find.finder import Page
from haike.kernel.entity import Button, Entity
from haike.kernel.filter import Group, Line
from haike.kernel.look import Look
from haike.kernel.preference import SavedView, list_choice
from haike.kernel.selection import Selection, sortable
from haike.refused import Refused
from haike.screens.columns import columns_shown
from haike.screens.door import entity_view
from haike.screens.heads import Tab, heads_html, search_label, tabs_html
from haike.screens.kept import kept_for
from haike.screens.module import plugged, reachable
from haike.screens.side import side_html
from haike.screens.table import Column, EntityWords, inside, looks_text, table_rows
from haike.screens.totals import totals_below

T = TypeVar("T")
P = TypeVar("P", bound="ListPage")
SIZES = (10, 20, 30, 50, 100)
STATE = ("tab", "q", "in", "f", "sort", "size", "archived")
SHOWN_FIRST = 5
"""On the first pages of a list the numbers up to this are shown."""


BulkSource = Callable[[Entity, Any, Selection], Iterable[dict[str, Any]]]
bulk_sources: list[BulkSource] = []
"""What can be done with chosen rows: rooms below add functions that give {"url", "label", "icon", "danger"}."""

read_with_rows: dict[str, list[str]] = {}
"""The fields that marks beside names are made of, by the label of the entity: rooms below add theirs."""

note_sources: list[Callable[[Entity, Any, str], str]] = []
"""What stands above the rows of a list: of (entity, user, tab), HTML or nothing; rooms below add theirs."""

view_sources: list[Callable[[Entity, Any], Iterable[tuple[str, str]]]] = []
"""Names and filters that stand among the saved views: of (entity, user); rooms below add theirs."""

keep_sources: list[Callable[[Entity, Any], Iterable[tuple[Any, str]]]] = []
"""As what else a filtered list can be kept: (label, last part of the address of a dialog)."""

beside_sources: list[Callable[[Entity, Any], Iterable[tuple[Any, str, str]]]] = []
"""What else is made of what a list finds: (label, icon, last part of the address); rooms below add theirs."""


@dataclass(frozen=True)
class PageNumber:
    """A page to go to, or pages left out (0); `far` ones have no place on a small screen."""

    number: int
    url: str = ""
    current: bool = False
    far: bool = True


@dataclass(frozen=True)
class Chip:
    """A part of the filter in words, with the address of the list without it and where it is changed."""

    text: str
    remove_url: str
    url: str


@dataclass(frozen=True)
class BulkAct:
    """Something that can be done with chosen rows."""

    url: str
    label: str
    icon: str
    danger: bool


@dataclass(frozen=True)
class Pager:
    """The foot of a list."""

    page: int
    size: int
    numbers: tuple[PageNumber, ...]
    sizes: tuple[tuple[int, str], ...]
    prev: str | None
    next: str | None


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
        self.of = entity.categories_for(self.user)[self.selection.tab].of
        self.title = self.of or entity.label_plural
        self.choice = list_choice(self.user, entity.label)
        self.q = self.selection.words
        self.tab = self.selection.tab
        self.below, self.added = totals_below(entity, self.user, self.shown)
        # An empty list promises that the totals come with the count.
        self.totals: list[dict[str, Any]] | None = [] if self.below else None

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
        chosen = ",".join(self.choice.searched) if self.choice else ""
        return {**({"in": chosen} if chosen else {}), **{n: value for n, value in self.query.items() if n != "q"}}

    @cached_property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """The same as pairs."""
        return tuple(self.state.items())

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
    def links_beside(self) -> tuple[tuple[str, str, str], ...]:
        """What else is made of what is found: label, icon, address."""
        found = (each for source in plugged(beside_sources) for each in source(self.declared, self.user))
        return tuple((str(label), picture, self._beside(place)) for label, picture, place in found)

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
        return self.url(q=None, f=None, archived=None, **{"in": None})

    # -- what the user may -----------------------------------------------------------------------------------------

    def kept(self, what: str, make: Callable[[], T], *more: Hashable) -> T:
        """What is the same on each page of this list until rights, settings or wishes change."""
        return kept_for(self.user, (what, self.declared.label, *more), make)

    @cached_property
    def address(self) -> tuple[tuple[str, str], ...]:
        """The state of the list as it stands in its address."""
        return tuple(self.query.items())

    @cached_property
    def may(self) -> dict[str, bool]:
        """Actions and whether the user has them."""
        return self.kept("may", self._may)

    def _may(self) -> dict[str, bool]:
        policy = self.declared.policy
        found = {
            name: policy.may(self.user, name) for name in ("create", "edit", "delete", "restore", "import", "export")
        }
        return {**found, "create": found["create"] and self.declared.creatable, "change": found["edit"]}

    @cached_property
    def buttons(self) -> tuple[Button, ...]:
        """What the entity offers in the head of the list."""
        return self.kept("buttons", lambda: tuple(reachable(self.declared.list_buttons(self.user), attrgetter("url"))))

    @cached_property
    def posting(self) -> bool:
        """Whether one of them is a form, which carries a token of its reader."""
        return any(button.method == "post" for button in self.buttons)

    @cached_property
    def bulk(self) -> tuple[BulkAct, ...]:
        """What can be done with chosen rows."""
        return self.kept("bulk", self._bulk, self.tab, self.selection.state)

    def _bulk(self) -> tuple[BulkAct, ...]:
        acts = [act for source in plugged(bulk_sources) for act in source(self.declared, self.user, self.selection)]
        acts.sort(key=lambda act: bool(act["danger"]))
        return tuple(BulkAct(act["url"], str(act["label"]), act["icon"], bool(act["danger"])) for act in acts)

    @cached_property
    def note(self) -> SafeString:
        """What rooms say above the rows of this tab."""
        return mark_safe("".join(source(self.declared, self.user, self.tab) for source in plugged(note_sources)))

    # -- bars ------------------------------------------------------------------------------------------------------

    @cached_property
    def tabs(self) -> SafeString:
        """The categories of the entity, nothing where there is one."""
        return self.kept("tabs", self._tabs, self.address)

    def _tabs(self) -> SafeString:
        every = dict(plugged(self.declared.categories_for(self.user).items(), lambda tab: tab[1].condition))
        found = {key: str(category.label) for key, category in every.items() if category.of == self.of}
        tabs = [Tab(key, label, self.url(tab=key), key == self.tab) for key, label in found.items()]
        return tabs_html(tabs if len(tabs) > 1 else [])

    @cached_property
    def chips(self) -> tuple[Chip, ...]:
        """The filter in words, each part removable."""
        group, found = self.selection.filter, []
        if self.selection.state == "archived":
            found.append(Chip(str(_("Archived")), self.url(archived=None), ""))
        if self.q and self.selection.within:
            names = _(", ").join(search_label(self.declared, path) for path in self.selection.within)
            text = _("Searched in: %(names)s") % {"names": names}
            found.append(Chip(str(text), self.url(**{"in": None}), self.columns_url))
        for place, part in enumerate(group.parts):
            lines = [part] if isinstance(part, Line) else list(part.lines())
            joint = f" {_('or') if isinstance(part, Group) and part.any_of else _('and')} "
            text = joint.join(line.say() for line in lines)
            found.append(Chip(str(text), self.url(f=group.without(place).text()), self.filter_url))
        return tuple(found)

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
        ] + [
            NamedView(name, f"/{slug}/?{query}", query == now, False, "", "", False)
            for source in view_sources
            for name, query in source(self.declared, self.user)
        ]

    @cached_property
    def keep_as(self) -> list[tuple[Any, str]]:
        """What else than a view the filter can become, with the address of its dialog."""
        kept = [each for source in keep_sources for each in source(self.declared, self.user)] if self.chips else []
        return [(label, self._beside(place)) for label, place in kept]

    @cached_property
    def view_name(self) -> str:
        """The name of the saved view that the list shows, empty when it shows none."""
        return next((str(view.name) for view in self.views if view.active), "")

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
        return self.kept("shown", self._shown, self.tab)

    def _shown(self) -> dict[str, Look]:
        return columns_shown(self.declared, self.user, self.choice, self.tab)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the table."""
        return self.kept("columns", self._columns, self.address)

    @cached_property
    def heads(self) -> SafeString:
        """Their heads."""
        return self.kept("heads", lambda: heads_html(self.columns), self.address)

    def _columns(self) -> list[Column]:
        entity, user, sort = self.declared, self.user, self.selection.sort
        edits = self._edits()
        found = []
        for name, look in self.shown.items():
            direction = {name: "asc", f"-{name}": "desc"}.get(sort, "")
            url = self.url(sort=f"-{name}" if direction == "asc" else name) if sortable(entity, user, name) else None
            found.append(Column(name, str(look.label), look.align, url, direction, edits.get(name, "")))
        return found

    def _edits(self) -> dict[str, str]:
        """The columns that the user may change in their cells."""
        policy = self.declared.policy
        may = self.declared.editable_by(self.user, made=True) if self.may["change"] else ()
        found = dict.fromkeys(may, "field")
        if "owner" in found:
            # The owner changes by handing the record over, which asks more than the name.
            found["owner"] = "transfer" if not policy.through and policy.may(self.user, "transfer") else ""
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
        also = (*read_with_rows.get(self.declared.label, ()), *self.added)
        self.records = self.selection.rows(self.found.ids, list(self.shown), narrow=True, also=also)
        self.rows = table_rows(self.declared, self.user, self.records, self.shown)

    @cached_property
    def pager(self) -> Pager:
        """Previous, numbers, next, sizes. Numbers lead ahead as far as is known before the count arrives."""
        page = self.number()
        more = self.found.after is not None
        return Pager(
            page=page,
            size=self.size,
            numbers=tuple(self.numbers(page + more)),
            sizes=tuple((size, self.url(size=size)) for size in SIZES),
            prev=self.url(page=page - 1, before=self.found.before) if page > 1 else None,
            next=self.url(page=page + 1, after=self.found.after) if more else None,
        )

    @cached_property
    def more(self) -> bool:
        """Whether there are rows on other pages."""
        return self.pager.next is not None or self.pager.prev is not None

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
        looks, sums = {**self.shown, **self.below}.values(), self.selection.sums()
        here = {name: sum(getattr(row, name) or 0 for row in self.records) for name in self.added}
        self.totals = [
            {"label": label, "cells": [looks_text(look, each.get(look.name)) for look in looks]}
            for label, each in ((_("This page"), here), (_("Total"), sums))
        ]

    @cached_property
    def empty(self) -> dict[str, Any]:
        """What stands where there is nothing yet."""
        name = self.declared.name
        return {
            "sentence": _("No %(name)s here yet.") % {"name": inside(name)},
            "button": _("New %(name)s") % {"name": inside(name)},
            "url": self.new_url if self.may["create"] else "",
        }


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
    """The list that an address asks for."""
    return read_page(request, entity, ListPage)


def read_page(request: HttpRequest, entity: Entity, kind: type[P]) -> P:
    """The page that an address asks for; a filter that cannot be read is left out and said."""
    try:
        return kind(request, entity)
    except Refused as no:
        messages.warning(request, str(no))
        query: Any = request.GET.copy()
        query.pop("f", None)
        request.GET = query
        return kind(request, entity)
