"""The decision tree on a page: each person below the one to whom he reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.customers.contact.record import Contact
from haike.customers.deciding.record import Decider
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.screens.table import cell_of

SHOWN = ("role", "attitude", "influence")
SORTED = {"high": 0, "middle": 1, "low": 2}
OFFERED = 8
"""So many people who are not in the tree yet stand below it to be taken in."""


@dataclass
class Post:
    """One person in the tree."""

    person: Any
    url: str
    marks: list[tuple[Any, SafeString]]
    below: list[Post] = field(default_factory=list)


def nobody(user: Actor, record: Any) -> Iterable[Contact]:
    """No people are offered."""
    return ()


@dataclass(frozen=True)
class DecisionTree:
    """The tree of the people of a model that is a `Decider`, as a panel on the page of that about which they decide.

    `offered` are the people who could be taken in, of (user, record).
    """

    model: type[Decider]
    offered: Callable[[Any, Any], Iterable[Contact]] = nobody

    def _rows(self, record: Any) -> Any:
        rows: Any = self.model.objects.live()
        return rows.filter(**{self.model.about: record.pk})

    def panel(self, request: HttpRequest, record: Any) -> SafeString:
        """The tree, those with most influence first, and a button for a further person."""
        user, entity = cast(Any, request.user), entity_of(self.model)
        rows = self._rows(record).select_related("contact__customer")
        people = sorted(rows, key=lambda each: (SORTED.get(each.influence or "", 3), each.pk))
        looks = {name: entity.looks[name] for name in SHOWN if entity.right(user, name) != "hidden"}
        posts = {
            each.pk: Post(
                each,
                entity.url_of(each),
                [(k.label, cell_of(entity, user, n, k, each)) for n, k in looks.items() if getattr(each, n)],
            )
            for each in people
        }
        tops: list[Post] = []
        for post in posts.values():
            above = posts.get(post.person.superior_id or 0)
            (above.below if above is not None else tops).append(post)
        may = record.deleted_at is None and entity.policy.may(user, "create")
        new_url = f"{entity.url}new?{self.model.about}={record.pk}" if may else ""
        there = {each.contact_id for each in people}
        others = [each for each in self.offered(user, record) if each.pk not in there] if may else []
        context = {"posts": tops, "new_url": new_url, "others": others[:OFFERED]}
        return render_to_string("customers/decision_tree.html", context, request=request)

    def count(self, user: Actor, record: Any) -> int:
        """How many people are in it."""
        return int(self._rows(record).count())
