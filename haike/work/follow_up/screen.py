"""How follow-ups are shown, found and written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import VISIT, people_side, within
from haike.kernel.entity import Button, Category, Entity, Section, SideGroup
from haike.kernel.log import Batch
from haike.kernel.period import start_of, today
from haike.kernel.policy import WRITES, Actor, Policy
from haike.people.switches import declare_grants
from haike.work.follow_up import actions
from haike.work.follow_up.box import new_view
from haike.work.follow_up.many import write_many
from haike.work.follow_up.panels import PANELS
from haike.work.follow_up.record import FollowUp, FollowUpComment

declare_grants({"delete_follow_ups": _("Delete follow-ups")})
DELETES = frozenset({"delete", "restore", "purge"})


class AuthorPolicy(Policy):
    """Whoever sees the customer reads; only the author writes. The boss may too, and the log tells.

    Deleting what others wrote has a grant of its own.
    """

    through = "customer"

    def allows(self, user: Actor, action: str, record: Any, shares: Mapping[int, bool] | None = None) -> bool:
        if not self._writes_all(user, action) and record.created_by_id != user.pk:
            return False
        return super().allows(user, action, record, shares)

    def rows(self, user: Actor, action: str = "view") -> Q:
        found = super().rows(user, action)
        return found if self._writes_all(user, action) else found & Q(created_by_id=user.pk)

    @staticmethod
    def _writes_all(user: Actor, action: str) -> bool:
        if action not in WRITES or user.grants.may_do("boss"):
            return True
        return action in DELETES and user.grants.may_do("delete_follow_ups")


def _last_three_days(user: Actor) -> Q:
    return Q(at__gte=start_of(today() - timedelta(days=2)))


class FollowUpEntity(Entity):
    """The list is cut by day, week and month; any other span is a filter."""

    model, policy_class = FollowUp, AuthorPolicy
    slug, icon, title = "follow-ups", "message-2", "content"
    titled_by = ["content"]
    columns = [
        "content",
        "customer",
        "contact",
        "manner",
        "subject",
        "result",
        "attitude",
        "at",
        "next_at",
        "created_by",
    ]
    sort = "-at"
    categories = {
        "today": Category(_("Today"), within("at", "today")),
        "yesterday": Category(_("Yesterday"), within("at", "yesterday")),
        "three_days": Category(_("Last 3 days"), _last_three_days),
        "this_week": Category(_("This week"), within("at", "this_week")),
        "last_week": Category(_("Last week"), within("at", "last_week")),
        "this_month": Category(_("This month"), within("at", "this_month")),
        "mine": Category(_("Written by me"), lambda user: Q(created_by_id=user.pk)),
        "visits": Category(_("Visits"), Q(manner=VISIT)),
        "calls": Category(_("Calls"), Q(manner="call")),
    }
    sections = [
        Section(_("Talk"), ["customer", "contact", "manner", "subject", "content", "at"]),
        Section(_("Result"), ["result", "attitude", "stage", "products"]),
        Section(_("Next contact"), ["next_at", "next_what", "next_manner"]),
    ]
    facts = ["customer", "contact", "manner", "at", "created_by", "next_at"]
    badges = ["result", "attitude"]
    search = ["content", "products", "next_what", "customer__name"]
    once = ["customer", "at"]
    panels = PANELS
    views = {"new": new_view}

    def create(self, *, by: Actor, **values: Any) -> Any:
        if values.get("next_at") is None:
            # An empty cell or field says nothing about an appointment that is still to come.
            values.pop("next_at", None)
        return actions.write_follow_up(values.pop("customer", None), by=by, **{"content": "", **values})

    def create_many(self, rows: Sequence[Any], *, by: Actor, batch: Batch) -> list[Any]:
        return write_many(rows, by=by, batch=batch)

    def change(self, record: Any, *, by: Actor, version: int | None = None, **values: Any) -> Any:
        return actions.correct(record, by=by, version=version, **values)

    def changes_plainly(self, names: Collection[str]) -> bool:
        return set(names) <= {"manner", "subject", "content", "result", "attitude", "products"}

    def taken_back(self, records: list[Any]) -> None:
        actions.settle_without(records)

    def remove(self, record: Any, *, by: Actor) -> Any:
        return actions.remove_follow_up(record, by=by)

    def restore(self, record: Any, *, by: Actor) -> Any:
        return actions.restore_follow_up(record, by=by)

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, "customers.customer", field="created_by")

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if not self.policy.allows(user, "edit", record):
            return []
        return [Button(_("Date anew"), f"{self.url_of(record)}redate", "calendar-time", "drawer")]


class FollowUpCommentEntity(Entity):
    """Comments are read and written under their follow-up."""

    model, policy_class = FollowUpComment, AuthorPolicy
    slug, icon, title = "follow-up-comments", "messages", "text"
    columns = ["text", "follow_up", "created_by", "created_at"]
    sections = [Section(_("Comment"), ["follow_up", "text"])]
    search = ["text"]
    in_menu = in_create_menu = importable = False

    def create(self, *, by: Actor, **values: Any) -> Any:
        return actions.comment_on(values["follow_up"], text=values["text"], by=by)
