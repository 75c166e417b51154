"""What happened with a customer, newest first: the changes, and what the rooms below add (follow-ups, orders, tickets).

Each source gives its own entries before a place in time; the timeline merges them and shows 20 at a time, so a customer
with thousands of entries opens as fast as a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.find.prepared import keyed, keyed_alone, prepared, run_once
from haike.kernel.entity import Entity, entity_of
from haike.kernel.escape import escape
from haike.kernel.log import ACTION_LABELS, FIELD_LABELS, SETTLED, Change, shown_diff
from haike.kernel.look import ManyLook, ReferenceLook
from haike.kernel.policy import Actor
from haike.screens.actor import name_of
from haike.screens.tabs import LOG, shows_tab

SIZE = 20


@dataclass(frozen=True)
class Place:
    """A place in the timeline: a moment, the rank of a source and the key of one of its entries."""

    at: datetime
    rank: int
    key: int

    @property
    def text(self) -> str:
        """For a link."""
        return f"{self.at.isoformat()}~{self.rank}~{self.key}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """From a link; None for one that cannot be read."""
        try:
            at, rank, key = text.split("~")
            place = cls(datetime.fromisoformat(at), int(rank), int(key))
        except ValueError:
            return None
        return place if place.at.tzinfo and 0 <= place.key < 2**63 else None

    def before(self, rank: int) -> Q:
        """The rows (with `at` and `id`) of the source of this rank that come after this place in the timeline."""
        if rank < self.rank:
            return Q(at__lte=self.at)
        earlier = Q(at__lt=self.at)
        return earlier | Q(at=self.at, id__lt=self.key) if rank == self.rank else earlier


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `record` is what `template` shows."""

    place: Place
    template: str
    record: Any


@dataclass(frozen=True)
class Source:
    """One kind of entry. `fetch(customer, user, before, limit)` gives the newest ones before a place.

    Where its entries have a tab of their own, who does not see that `tab` does not see them here either.
    """

    key: str
    label: str | Promise
    rank: int
    fetch: Callable[[Customer, Actor, Place | None, int], list[Entry]]
    tab: str = ""


SOURCES: list[Source] = []
"""All sources; a room below appends its own."""


def entries(
    customer: Customer, user: Actor, *, before: Place | None = None, only: str = ""
) -> tuple[list[Entry], bool]:
    """The next entries before a place, and whether there are more."""
    found: list[Entry] = []
    for source in sources_for(user):
        if not only or source.key == only:
            found += source.fetch(customer, user, before, SIZE + 1)
    found.sort(key=lambda entry: (entry.place.at, entry.place.rank, entry.place.key), reverse=True)
    return found[:SIZE], len(found) > SIZE


def sources_for(user: Actor) -> list[Source]:
    """The kinds of entry that somebody sees."""
    entity = entity_of(Customer)
    return [source for source in SOURCES if not source.tab or shows_tab(user, entity, source.tab)]


def render(request: HttpRequest, customer: Customer) -> SafeString:
    """The panel of a customer's page; `?before=` continues it, `?show=` filters it."""
    only, sources = request.GET.get("show", ""), sources_for(cast(Actor, request.user))
    only = only if any(source.key == only for source in sources) else ""
    before = Place.read(request.GET.get("before", ""))
    found, more = entries(customer, cast(Actor, request.user), before=before, only=only)
    url = entity_of(Customer).url_of(customer)
    query = f"show={only}&" if only else ""
    context = {
        "customer": customer,
        "entries": found,
        "filters": _filters(url, sources, only),
        "url": url,
        "panel_url": f"{url}panel/timeline",
        "more": f"{query}before={found[-1].place.text.replace('+', '%2B')}" if more else "",
        "continued": before is not None,
    }
    going_on = before is not None and getattr(request, "htmx", False)
    template = "customers/timeline.html#entries" if going_on else "customers/timeline.html"
    return render_to_string(template, {"timeline": context}, request=request)


def _filters(url: str, sources: list[Source], only: str) -> SafeString:
    """What the timeline may be narrowed to; not in the template, which takes ten times as long for a dozen links."""
    links = []
    for key, label in [("", _("Everything")), *((source.key, source.label) for source in sources)]:
        query = f"?show={key}" if key else ""
        active, current = (" active", ' aria-current="true"') if key == only else ("", "")
        links.append(
            f'<a class="btn btn-s{active}" href="{url}{query}" hx-get="{url}panel/timeline{query}"'
            f' hx-target="#timeline" hx-swap="outerHTML"{current}>{escape(label)}</a>'
        )
    return mark_safe("".join(links))


# -- the changes of the customer itself --------------------------------------------------------------------------------

CHANGES_RANK = 1


def _changes(customer: Customer, user: Actor, before: Place | None, limit: int) -> list[Entry]:
    entity = entity_of(Customer)

    def rows() -> Any:
        found = Change.objects.filter(keyed_alone(Change, "record_id"), entity=entity.label).exclude(action=SETTLED)
        return (found if before is None else found.filter(before.before(CHANGES_RANK))).order_by("-at", "-id")[:limit]

    first = partial(prepared, ("changes", entity.label, limit))
    changes = (first if before is None else run_once)(rows, [customer.pk])
    titles = _titles(entity, changes)
    return [
        Entry(
            Place(change.at, CHANGES_RANK, change.pk),
            "customers/timeline_change.html",
            {
                "change": change,
                "who": change.by or name_of(change.by_name),
                "what": ACTION_LABELS.get(change.action, change.action),
                "lines": _lines(entity, user, change, titles, customer),
            },
        )
        for change in changes
    ]


def _titles(entity: Entity, changes: Iterable[Change]) -> dict[str, dict[int, str]]:
    """The titles of linked records in the changes, one query for each kind of link."""
    keys: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        for name, pair in shown_diff(change).items():
            look = entity.additions.logged(entity, name)
            if isinstance(look, ReferenceLook) and not isinstance(look, ManyLook):
                keys[name] |= {key for key in pair if isinstance(key, int)}
    return {name: _titles_of(entity.additions.logged(entity, name).target, pks) for name, pks in keys.items() if pks}


def _titles_of(model: type[models.Model], pks: Iterable[int]) -> dict[int, str]:
    def rows() -> Any:
        return model._base_manager.filter(keyed(model)).order_by()

    return {row.pk: str(row) for row in prepared(("titles", model._meta.label), rows, [*pks])}


def _lines(
    entity: Entity, user: Actor, change: Change, titles: dict[str, dict[int, str]], customer: Customer
) -> list[dict[str, Any]]:
    lines = []
    for name, (old, new) in shown_diff(change).items():
        look = entity.additions.logged(entity, name)
        if look is None:
            lines.append({"label": FIELD_LABELS.get(name, name), "old": old or "", "new": new or ""})
            continue
        right = entity.policy.right_to(user, name, customer)
        if right == "hidden":
            continue
        if right == "masked":
            shown = ["•••" if value else "" for value in (old, new)]
        elif name in titles:
            shown = [titles[name].get(value, f"#{value}") if value else "" for value in (old, new)]
        else:
            shown = [look.from_log(value) for value in (old, new)]
        lines.append({"label": look.label, "old": shown[0], "new": shown[1]})
    return lines


SOURCES.append(Source("changes", _("Changes"), CHANGES_RANK, _changes, LOG))
