"""What boards and calendars have in common: the records of a list, found in the same way and shown in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Label
from haike.screens.list import ListPage

MOST_FOUND = 2_000
"""Words that find more records than this show the newest of them."""


@dataclass(frozen=True)
class View:
    """A way to show records; `url` and `active` as a page gives them."""

    label: Label
    icon: str
    url: str = ""
    active: bool = False


VIEWS = {
    "": View(_("List"), icon="list"),
    "board": View(_("Board"), icon="layout-kanban"),
    "calendar": View(_("Calendar"), icon="calendar"),
}
"""By the last part of the address."""
views_of: dict[str, list[str]] = {}
"""The views that entities (labels) have beside the list."""


class ViewPage(ListPage):
    """A page that shows records in another way than the list; tab, words and filter are those of the list.

    `beside` is what the address holds besides.
    """

    view = ""
    """The last part of the address."""
    where = Q()
    """What of the list it shows."""
    offered: Sequence[str] = ()
    """The categories of the list that make sense here."""

    def __init__(self, request: HttpRequest, entity: Entity) -> None:
        super().__init__(request, entity)
        self.beside: dict[str, str] = {}

    def url(self, **changes: Any) -> str:
        """The address of this page with some of its state changed."""
        parts = {name: value for name, value in {**self.query, **self.beside, **changes}.items() if value}
        return f"{self.base}{'?' + urlencode(parts) if parts else ''}"

    @property
    def base(self) -> str:
        """The address without its state."""
        return f"{self.declared.url}{self.view}"

    def url_as(self, view: str) -> str:
        """The same records shown in another way, as a list if no view is named."""
        return f"{self.declared.url}{view}{'?' + urlencode(self.query) if self.query else ''}"

    @cached_property
    def ways(self) -> list[View]:
        """All views of these records."""
        names = ["", *views_of.get(self.declared.label, [])]
        return [View(VIEWS[at].label, VIEWS[at].icon, self.url_as(at), at == self.view) for at in names]

    @cached_property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """What the search form carries along."""
        return tuple({**self.state, **self.beside}.items())

    @cached_property
    def filter_url(self) -> str:
        """The filter builder, which leads back here."""
        return f"{self.declared.url}filter?{urlencode({**self.query, **self.beside, 'view': self.view})}"

    @cached_property
    def clear_url(self) -> str:
        """The same tab without words and filter."""
        return self.url(q=None, f=None, archived=None, **{"in": None})

    @cached_property
    def tab_links(self) -> list[tuple[str, str, bool]]:
        """The categories of the list that make sense here."""
        known = self.declared.categories_for(self.user)
        names = [key for key in self.offered if key in known]
        return [(str(known[key].label), self.url(tab=key), key == self.tab) for key in names]

    @cached_property
    def rows(self) -> QuerySet[Any]:  # type: ignore[override]  # it has no table
        """The records that the user sees, without an order."""
        found: QuerySet[Any] = self.declared.model.objects.visible_to(self.user)
        found = found.filter(self.selection.where, self.where, archived_at__isnull=True).order_by()
        if self.selection.words:
            found = found.filter(pk__in=list(islice(self.selection.find.ids(), MOST_FOUND)))
        return found

    def readable(self, name: str) -> bool:
        """Whether the user reads a field; no for one without a name."""
        return bool(name) and self.declared.right(self.user, name) in ("edit", "read")
