"""What somebody does: numbers of the day, the week and the month, and his newest talks, on his page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import VISIT
from haike.customers.customer.record import Customer
from haike.kernel.entity import Entity, Label, Panel, entity_of
from haike.kernel.filter import Group, Line
from haike.kernel.selection import Selection
from haike.people.user.record import User
from haike.work.follow_up.record import FollowUp

NEWEST = 20
Conditions = tuple[tuple[str, str, str | list[str]], ...]


@dataclass(frozen=True)
class Number:
    """How many there are of what a filter of a list finds; a click leads there."""

    label: Label
    count: str
    url: str


def _number(label: Label, entity: Entity, reader: Any, conditions: Conditions) -> Number:
    group = Group(tuple(Line(entity.looks[name], operator, value) for name, operator, value in conditions))
    found, capped = Selection(entity, reader, filter=group, sort=entity.sort).find.count()
    return Number(
        label, f"{found - 1:,}+" if capped else f"{found:,}", f"{entity.url}?{urlencode({'f': group.text()})}"
    )


def numbers(person: User, reader: Any) -> list[Number]:
    """What the reader may see of what the person did and has to do."""
    talks, customers, whose = entity_of(FollowUp), entity_of(Customer), [str(person.pk)]
    found = []
    if talks.policy.may(reader, "view"):
        wrote = ("created_by", "one_of", whose)
        for label, period in ((_("today"), "today"), (_("this week"), "this_week"), (_("this month"), "this_month")):
            text = _("Follow-ups %(period)s") % {"period": label}
            found.append(_number(text, talks, reader, (wrote, ("at", "in", period))))
        visits = (wrote, ("manner", "one_of", [VISIT]), ("at", "in", "this_month"))
        found.append(_number(_("Visits this month"), talks, reader, visits))
    if customers.policy.may(reader, "view"):
        owns = ("owner", "one_of", whose)
        new = (owns, ("created_at", "in", "this_month"))
        found.append(_number(_("New customers this month"), customers, reader, new))
        if customers.right(reader, "next_contact_at") in ("read", "edit"):
            overdue = (owns, ("next_contact_at", "older", "0"))
            found.append(_number(_("Overdue contacts"), customers, reader, overdue))
    return found


def render(request: HttpRequest, person: User) -> SafeString:
    """The panel of a person's page."""
    reader, talks = cast(Any, request.user), entity_of(FollowUp)
    newest: Any = []
    if talks.policy.may(reader, "view"):
        rows = FollowUp.objects.visible_to(reader).filter(created_by=person).select_related("customer")
        newest = rows.only("content", "at", "manner", "customer__name").order_by("-at", "-id")[:NEWEST]
    manner = talks.looks["manner"]
    context = {
        "numbers": numbers(person, reader),
        "talks": [{"follow_up": each, "manner": SafeString(manner.cell(each.manner))} for each in newest],
    }
    return render_to_string("work/activity.html", {"panel": context}, request=request)


def attach() -> None:
    """Register it with the page of a person; called once, when the room's models are loaded."""
    entity_of(User).panels.append(Panel("activity", _("Activity"), render, icon="activity"))
