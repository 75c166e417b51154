"""What happened with a customer, newest first: the changes, and what the rooms below add (follow-ups, orders, tickets).

Each source gives its own entries before a place in time; the timeline merges them and shows 20 at a time, so a customer
with thousands of entries opens as fast as a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.entity import Entity, entity_of
from haike.kernel.log import ACTION_LABELS, SETTLED, Change
from haike.kernel.look import ManyLook, ReferenceLook
from haike.kernel.policy import Actor

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
    """One kind of entry. `fetch(customer, user, before, limit)` gives the newest ones before a place."""

    key: str
    label: str | Promise
    rank: int
    fetch: Callable[[Customer, Actor, Place | None, int], list[Entry]]


SOURCES: list[Source] = []
"""All sources; a room below appends its own."""


def entries(
    customer: Customer, user: Actor, *, before: Place | None = None, only: str = ""
) -> tuple[list[Entry], bool]:
    """The next entries before a place, and whether there are more."""
    found: list[Entry] = []
    for source in SOURCES:
        if not only or source.key == only:
            found += source.fetch(customer, user, before, SIZE + 1)
    found.sort(key=lambda entry: (entry.place.at, entry.place.rank, entry.place.key), reverse=True)
    return found[:SIZE], len(found) > SIZE


def render(request: HttpRequest, customer: Customer) -> SafeString:
    """The panel of a customer's page; `?before=` continues it, `?show=` filters it."""
    only = request.GET.get("show", "")
    only = only if any(source.key == only for source in SOURCES) else ""
    before = Place.read(request.GET.get("before", ""))
    found, more = entries(customer, cast(Actor, request.user), before=before, only=only)
    url = entity_of(Customer).url_of(customer)
    query = f"show={only}&" if only else ""
    context = {
        "customer": customer,
        "entries": found,
        "filters": [("", _("Everything"), not only)] + [(s.key, s.label, s.key == only) for s in SOURCES],
        "url": url,
        "panel_url": f"{url}panel/timeline",
        "more": f"{query}before={found[-1].place.text.replace('+', '%2B')}" if more else "",
        "continued": before is not None,
    }
    going_on = before is not None and getattr(request, "htmx", False)
    template = "customers/timeline.html#entries" if going_on else "customers/timeline.html"
    return render_to_string(template, {"timeline": context}, request=request)


# -- the changes of the customer itself --------------------------------------------------------------------------------

CHANGES_RANK = 1


def _changes(customer: Customer, user: Actor, before: Place | None, limit: int) -> list[Entry]:
    entity = entity_of(Customer)
    rows = Change.objects.filter(entity=entity.label, record_id=customer.pk).exclude(action=SETTLED)
    if before is not None:
        rows = rows.filter(before.before(CHANGES_RANK))
    changes = list(rows.order_by("-at", "-id")[:limit])
    titles = _titles(entity, changes)
    return [
        Entry(
            Place(change.at, CHANGES_RANK, change.pk),
            "customers/timeline_change.html",
            {
                "change": change,
                "what": ACTION_LABELS.get(change.action, change.action),
                "lines": _lines(entity, user, change, titles),
            },
        )
        for change in changes
    ]


def _titles(entity: Entity, changes: Iterable[Change]) -> dict[str, dict[int, str]]:
    """The titles of linked records in the changes, one query for each kind of link."""
    keys: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        for name, pair in change.diff.items():
            look = entity.looks.get(name)
            if isinstance(look, ReferenceLook) and not isinstance(look, ManyLook):
                keys[name] |= {key for key in pair if isinstance(key, int)}
    return {
        name: {pk: str(row) for pk, row in entity.looks[name].target._base_manager.in_bulk(pks).items()}  # type: ignore[attr-defined]
        for name, pks in keys.items()
        if pks
    }


def _lines(entity: Entity, user: Actor, change: Change, titles: dict[str, dict[int, str]]) -> list[dict[str, Any]]:
    lines = []
    for name, (old, new) in change.diff.items():
        look = entity.looks.get(name)
        if look is None:
            lines.append({"label": name, "old": old or "", "new": new or ""})
            continue
        right = entity.right(user, name)
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


SOURCES.append(Source("changes", _("Changes"), CHANGES_RANK, _changes))
