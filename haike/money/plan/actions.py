"""Making payment plans, one by one and from templates; storing what follows from the payments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.currency import CURRENCIES
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.money.debt import booked
from haike.money.document import NOUGHT, begin, demand_named, exact
from haike.money.payment.record import Allocation
from haike.money.plan.record import PaymentPlan, PlanTemplate, numbers_in, state_of
from haike.money.settle import hold, settle_source, settle_sources
from haike.money.source import Source, about, amount_of, demand, key_of, locked, name_of, number_in
from haike.refused import Refused

FIRM = frozenset({"customer", "contract", "order", "currency"})


def plan(*, by: Actor, batch: Batch | None = None, **values: Any) -> PaymentPlan:
    """Plan one payment; it gets the next number of its contract or order."""
    values = begin(values, by, drafts=True)
    with booked():
        number_in(PaymentPlan, values)
        made = change.create(PaymentPlan, by=by, batch=batch, **values)
        settle_source(key_of(made))
    return made


def parts_of(amount: Decimal, shares: Sequence[Decimal], *, places: int = 2) -> list[Decimal]:
    """The amount split by shares, each rounded to the smallest coin; together they are the amount, to the coin."""
    coin, whole, found, before, run = Decimal(1).scaleb(-places), sum(shares), [], NOUGHT, NOUGHT
    for share in shares[:-1]:
        run += share
        upto = (amount * run / whole).quantize(coin, rounding=ROUND_HALF_UP)
        found.append(upto - before)
        before = upto
    return [*found, amount - before]


def plan_from_template(
    source: Source, template: PlanTemplate, *, start: date, by: Actor, kind: str | None = None
) -> list[PaymentPlan]:
    """Plan what of a contract or order is not planned yet, by the shares of a template from this day on."""
    with booked():
        current = locked((name_of(source), source.pk))
        demand(current, by, drafts=True)
        rest = amount_of(current) - current.planned
        if rest <= 0:
            raise Refused(_("The whole amount is planned already."))
        shares, days = numbers_in(template.shares) or [], numbers_in(template.days) or []
        parts = parts_of(rest, shares, places=CURRENCIES[current.currency].places)
        if min(parts) <= 0:
            raise Refused(_("The amount is too small for so many instalments."))
        return [
            plan(by=by, **about(current), amount=part, due_on=start + timedelta(days=int(day)), kind=kind)
            for part, day in zip(parts, days, strict=True)
        ]


def settle_plan(key: int) -> None:
    """Store what was received on a plan, and what follows from it."""
    current = PaymentPlan._base_manager.select_for_update().get(pk=key)
    rows: Any = Allocation.objects.live().filter(plan=key)
    received, off = exact(rows, "amount", "off")
    still_open = current.amount - received - off
    if still_open < 0 or received < 0:
        raise Refused(_("More would be paid than is due on %(plan)s.") % {"plan": current})
    if current.deleted_at is not None and received + off:
        raise Refused(_("%(plan)s is not there any more; no money goes there.") % {"plan": current})
    state = state_of(current.amount, still_open)
    worth = current.worth_of(still_open)
    change.settle(PaymentPlan, key, received=received, off=off, open=still_open, open_worth=worth, state=state)
    settle_source(key_of(current))


def change_plan(current: PaymentPlan, *, by: Actor, **values: Any) -> PaymentPlan:
    """Correct a plan; on which money was received keeps its customer, source and currency."""
    with booked():
        hold([current.pk])
        before = PaymentPlan._base_manager.select_for_update().get(pk=current.pk)
        firm = {name for name in FIRM & values.keys() if getattr(before, name) != values[name]}
        if firm and has_money(before):
            no = _("Money was received on this plan. Take the payment off it first.")
            raise Refused(no, fields=dict.fromkeys(firm, no))
        was = key_of(before)
        after = change.change(before, by=by, **values)
        if key_of(after) != was:
            demand_named(after, values, by, drafts=True)
        settle_sources([was, key_of(after)])
    return after


def has_money(current: PaymentPlan) -> bool:
    """Whether anything was received on a plan."""
    rows: Any = Allocation.objects.live().filter(plan=current.pk)
    return bool(rows.exists())


def refuse_if_paid(current: PaymentPlan) -> None:
    """A plan on which money was received stays; within a transaction, in which nobody else puts any on it."""
    hold([current.pk])
    PaymentPlan._base_manager.select_for_update().get(pk=current.pk)
    if has_money(current):
        raise Refused(_("Money was received on this plan. Take the payment off it first."))
