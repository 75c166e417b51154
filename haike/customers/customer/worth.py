"""How a customer's value, potential and satisfaction have gone: each step with its day and who judged so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from haike.customers.customer.record import Customer
from haike.kernel.entity import Label, entity_of
from haike.kernel.log import Change
from haike.kernel.look import Look
from haike.screens.actor import name_of

JUDGED = ("value", "potential", "satisfaction")
MOST_STEPS = 50
"""So many changes are read; who judged a customer more often sees the newest."""


@dataclass(frozen=True)
class Step:
    """One judgement: how it stood from `at` on."""

    word: SafeString
    at: datetime
    by: str


@dataclass(frozen=True)
class Course:
    """One of the fields with its steps, newest first."""

    name: str
    label: Label
    now: SafeString
    steps: list[Step]


def _course(customer: Customer, look: Look, changes: list[Change]) -> Course:
    mine = [change for change in changes if look.name in change.diff]
    steps = [Step(_word(look, change.diff[look.name][1]), change.at, name_of(change.by_name)) for change in mine]
    # The log of a creation holds no values: with what it began stands in the first change.
    first = mine[-1].diff[look.name][0] if mine else look.get(customer)
    if first and len(changes) < MOST_STEPS:
        steps.append(Step(_word(look, first), customer.created_at, str(customer.created_by or "")))
    return Course(look.name, look.label, _word(look, look.get(customer)), steps)


def _word(look: Look, code: Any) -> SafeString:
    return mark_safe(look.cell(code)) if code else mark_safe("–")


def render(request: HttpRequest, customer: Customer) -> SafeString:
    """The panel of a customer's page."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    looks = [entity.looks[name] for name in JUDGED if entity.right(user, name) in ("read", "edit")]
    asked = Q()
    for look in looks:
        asked |= Q(diff__has_key=look.name)
    rows = Change.objects.filter(asked, entity=entity.label, record_id=customer.pk) if looks else Change.objects.none()
    changes = list(rows.order_by("-id")[:MOST_STEPS])
    context = {
        "customer": customer,
        "courses": [_course(customer, look, changes) for look in looks],
        "edit_url": f"{entity.url_of(customer)}edit" if entity.policy.allows(user, "edit", customer) else "",
    }
    return render_to_string("customers/worth.html", {"panel": context}, request=request)
