"""Recording payments, spreading them over plans, paying back.

Every act locks the payment, then contract or order, then the plans (`settle.hold`), and reads the sums from the rows
anew: two at once never put more on a plan than is due, nor more of a payment on plans than was paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.currency import CURRENCIES, OWN, money_text
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.option import option
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.money.debt import booked
from haike.money.document import GRANT, NOUGHT, begin, demand_named, exact, follow_from
from haike.money.payment.record import Allocation, Payment
from haike.money.plan.actions import plan as plan_payment
from haike.money.plan.actions import settle_plan
from haike.money.plan.record import PaymentPlan
from haike.money.settle import hold
from haike.money.source import SOURCES, about, amount_of, due_unplanned, in_force, key_of, locked
from haike.people.currency.rates import convert, rate
from haike.refused import Refused

MOST_OFF = option(
    "money.most_off", 1, _("At most so much is rounded off per instalment"), group=_("Payments"), most=1000,
    help=_("In whole units of the company's own currency; 0 rounds off nothing."),
)  # fmt: skip
FIRM = frozenset({"customer", *SOURCES, "plan", "currency", "on"})
"""What plans that were paid follow from."""


def record_payment(*, by: Actor, batch: Batch | None = None, **values: Any) -> Payment:
    """Note what a customer paid. It goes to the instalment named, else to what is due first under the contract or
    order, and what of that nobody has planned is planned with it; what is left is the customer's prepaid money."""
    named = values.get("plan")
    if named is not None:
        if not entity_of(PaymentPlan).policy.allows(by, "view", named) or named.deleted_at is not None:
            raise Refused(fields={"plan": _("This plan is not there for you.")})
        follow_from(values, named, "plan")
    values = begin(values, by)
    with booked():
        made = change.create(Payment, by=by, batch=batch, **values)
        if named is not None:
            put_on(made, named, by=by, batch=batch)
        elif key_of(made) is not None:
            spread(made, by=by, batch=batch)
        settle_payment(made.pk)
    return Payment._base_manager.get(pk=made.pk)


def spread(payment: Payment, *, by: Actor, batch: Batch | None = None) -> None:
    """Put what is left of a payment on what is due first under its contract or order; plan what is not planned yet."""
    key = key_of(payment)
    if key is None:
        return
    # Before anything is read: of two payments at once the second finds planned what the first has planned.
    source = locked(key)
    rows: Any = PaymentPlan.objects.live().filter(**{key[0]: key[1]}, open__gt=0)
    for each in rows.order_by("due_on", "id"):
        if left_of(payment) <= 0:
            return
        put_on(payment, each, by=by, batch=batch)
    source.refresh_from_db(fields=["planned"])
    left = _in(left_of(payment), payment, source.currency)
    more = min(left, amount_of(source) - source.planned)
    if more > 0:
        due_on = due_unplanned(source) or payment.on
        fresh = plan_payment(by=by, batch=batch, **about(source), amount=more, due_on=due_on, kind=payment.kind)
        put_on(payment, fresh, by=by, batch=batch)


def put_on(
    payment: Payment, plan: PaymentPlan, *, by: Actor, amount: Decimal | None = None, off: Decimal = NOUGHT,
    batch: Batch | None = None,
) -> Allocation | None:  # fmt: skip
    """Put so much of a payment on a plan, as much as both allow without an amount; None where that is nothing."""
    with booked():
        paid = Payment._base_manager.select_for_update().get(pk=payment.pk)
        hold([plan.pk])
        due = PaymentPlan._base_manager.select_for_update().get(pk=plan.pk)
        _demand(paid, due, by)
        left, still_open = left_of(paid), open_of(due)
        most = min(_in(left, paid, due.currency), still_open)
        wanted = most if amount is None else amount
        if amount is None and most <= 0:
            return None
        if wanted <= 0 or wanted != _coins(wanted, due.currency):
            raise Refused(fields={"amount": _("Enter an amount of more than 0, in whole coins of its currency.")})
        if wanted + off > still_open:
            said = _("Only %(open)s is still open here; more would be prepaid.")
            raise Refused(fields={"amount": said % {"open": money_text(still_open, due.currency)}})
        if wanted > most:
            said = _("Only %(left)s of this payment is left.")
            raise Refused(fields={"amount": said % {"left": money_text(left, paid.currency)}})
        _check_off(due, wanted, off, still_open, paid.on)
        # What takes all that the payment has leaves no coin behind, however the rates round.
        all_of_it = wanted == _in(left, paid, due.currency)
        taken = left if all_of_it else min(left, convert(wanted, due.currency, paid.currency, on=paid.on))
        made = change.create(
            Allocation, by=by, batch=batch, payment=paid, plan=due, amount=wanted, off=off, taken=taken,
            currency=due.currency, paid_in=paid.currency, worth=convert(wanted, due.currency, on=paid.on),
        )  # fmt: skip
        settle_plan(due.pk)
        settle_payment(paid.pk)
    return made


def take_off(allocation: Allocation, *, by: Actor) -> Allocation:
    """Take a payment off a plan: it is prepaid money again, and the plan is open again."""
    with booked():
        paid = Payment._base_manager.select_for_update().get(pk=allocation.payment_id)
        if not entity_of(Payment).policy.allows(by, "edit", paid):
            raise Refused(_("You may not change this payment."))
        _refuse_if_paid_back(paid)
        hold([allocation.plan_id])
        gone = change.remove(allocation, by=by)
        settle_plan(gone.plan_id)
        settle_payment(paid.pk)
    return gone


def put_back(allocation: Allocation, *, by: Actor) -> Allocation:
    """Take out of the recycle bin what was taken off a plan, where both still have room for it."""
    with booked():
        Payment._base_manager.select_for_update().get(pk=allocation.payment_id)
        hold([allocation.plan_id])
        back = change.restore(allocation, by=by)
        settle_plan(back.plan_id)
        settle_payment(back.payment_id)
    return back


def pay_back(payment: Payment, *, amount: Decimal, by: Actor, on: date | None = None, remark: str = "") -> Payment:
    """Pay back so much of a payment: first what is prepaid, then from the plans, the one paid last first."""
    if not by.grants.may_do(GRANT):
        raise Refused(_("Only who may manage payments pays back."))
    with booked():
        paid = Payment._base_manager.select_for_update().get(pk=payment.pk)
        if not entity_of(Payment).policy.allows(by, "edit", paid):
            raise Refused(_("You may not change this payment."))
        if paid.deleted_at is not None:
            raise Refused(_("This record is not there any more."))
        if paid.refund_of_id is not None:
            raise Refused(_("This is money paid back already."))
        most = paid.amount + _sum(Payment, "amount", refund_of=paid.pk)
        if amount <= 0 or amount != _coins(amount, paid.currency):
            raise Refused(fields={"amount": _("Enter an amount of more than 0, in whole coins of its currency.")})
        if amount > most:
            said = _("Only %(left)s of this payment can be paid back.")
            raise Refused(fields={"amount": said % {"left": money_text(most, paid.currency)}})
        day = on or today()
        if day < paid.on:
            raise Refused(fields={"on": _("Nothing is paid back before it was paid.")})
        wanted = amount - left_of(paid)
        made = change.create(
            Payment, by=by, customer=paid.customer, contract=paid.contract, order=paid.order, currency=paid.currency,
            amount=-amount, on=day, manner=paid.manner, kind=paid.kind, remark=remark, owner=paid.owner, refund_of=paid,
        )  # fmt: skip
        some = _held(paid)
        hold(held.plan.pk for held in some)
        for held in some:
            if wanted <= 0:
                break
            wanted -= _back_from(held, made, wanted, by)
        settle_payment(paid.pk)
        settle_payment(made.pk)
    return Payment._base_manager.get(pk=made.pk)


@dataclass(frozen=True)
class _Held:
    """What of a payment is on one plan, without what was paid back already."""

    plan: PaymentPlan
    currency: str
    paid_in: str
    taken: Decimal
    amount: Decimal
    worth: Decimal
    off: Decimal


def _held(paid: Payment) -> list[_Held]:
    """Per plan, the one paid last first."""
    rows = list(_family(paid).select_related("plan").order_by("id"))
    by_plan: dict[int, list[Any]] = {}
    for row in rows:
        if row.payment_id == paid.pk:
            by_plan.pop(row.plan_id, None)
            by_plan[row.plan_id] = []
    for row in rows:
        by_plan.setdefault(row.plan_id, []).append(row)
    found = []
    for some in reversed(by_plan.values()):
        sums = {name: sum((getattr(row, name) for row in some), NOUGHT) for name in ("taken", "amount", "worth", "off")}
        found.append(_Held(some[0].plan, some[0].currency, some[0].paid_in, **sums))
    return found


def _back_from(held: _Held, refund: Payment, wanted: Decimal, by: Actor) -> Decimal:
    """Take money off one plan for a refund; the answer is how much of the payment's currency that was."""
    taken = min(wanted, held.taken)
    if taken <= 0:
        return NOUGHT
    whole = taken == held.taken
    amount = held.amount if whole else _share(held.amount, taken, held.taken, held.currency)
    worth = held.worth if whole else _share(held.worth, taken, held.taken, OWN())
    change.create(
        Allocation, by=by, payment=refund, plan=held.plan, amount=-amount, off=-held.off, taken=-taken,
        currency=held.currency, paid_in=held.paid_in, worth=-worth,
    )  # fmt: skip
    settle_plan(held.plan.pk)
    return taken


def _share(amount: Decimal, part: Decimal, whole: Decimal, currency: str) -> Decimal:
    return _coins(amount * part / whole, currency)


def _coins(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-CURRENCIES[currency].places), rounding=ROUND_DOWN)


def _in(left: Decimal, paid: Payment, currency: str) -> Decimal:
    """What is left of a payment, in the currency of a plan on the day of the payment."""
    return convert(left, paid.currency, currency, on=paid.on)


def _demand(paid: Payment, due: PaymentPlan, by: Actor) -> None:
    if not entity_of(Payment).policy.allows(by, "edit", paid):
        raise Refused(_("You may not change this payment."))
    if paid.deleted_at is not None or due.deleted_at is not None:
        raise Refused(_("This record is not there any more."))
    if not entity_of(PaymentPlan).policy.allows(by, "view", due):
        raise Refused(fields={"plan": _("This plan is not there for you.")})
    if paid.refund_of_id is not None:
        raise Refused(_("Money paid back cannot be put on a plan."))
    source = due.source
    if source is not None and not in_force(source):
        raise Refused(fields={"plan": _("%(source)s is not in force; no money goes there.") % {"source": source}})
    if paid.customer_id != due.customer_id:
        raise Refused(fields={"plan": _("This plan is another customer's.")})


def _check_off(due: PaymentPlan, amount: Decimal, off: Decimal, still_open: Decimal, on: date) -> None:
    if not off:
        return
    if off < 0 or off != _coins(off, due.currency):
        raise Refused(fields={"off": _("Enter an amount of more than 0, in whole coins of its currency.")})
    if amount + off != still_open:
        raise Refused(fields={"off": _("Round off only what is left when the instalment is paid.")})
    before = _sum(Allocation, "off", plan=due.pk)
    if (before + off) * rate(due.currency, on) > MOST_OFF():
        most = money_text(Decimal(MOST_OFF()))
        raise Refused(fields={"off": _("At most %(most)s is rounded off per instalment.") % {"most": most}})


def _sum(model: Any, field: str, **where: Any) -> Decimal:
    return exact(model.objects.live().filter(**where), field)[0]


def _family(paid: Payment) -> Any:
    """The rows of a payment and of what was paid back of it."""
    rows: Any = Allocation.objects.live()
    return rows.filter(Q(payment=paid.pk) | Q(payment__refund_of=paid.pk))


def _mine(paid: Payment) -> Any:
    rows: Any = Allocation.objects.live()
    return rows.filter(payment=paid.pk)


def left_of(paid: Payment) -> Decimal:
    """What of a payment is on no plan and was not paid back, from the rows."""
    back = _sum(Payment, "amount", refund_of=paid.pk)
    taken = _sum(Allocation, "taken", payment=paid.pk) + _sum(Allocation, "taken", payment__refund_of=paid.pk)
    return paid.amount + back - taken


def open_of(due: PaymentPlan) -> Decimal:
    """What of a plan is not paid yet, from the rows."""
    return due.amount - _sum(Allocation, "amount", plan=due.pk) - _sum(Allocation, "off", plan=due.pk)


def settle_payment(key: int) -> None:
    """Store how a payment was used."""
    paid = Payment._base_manager.select_for_update().get(pk=key)
    if paid.refund_of_id is not None:
        change.settle(Payment, key, used=_sum(Allocation, "taken", payment=key), refunded=NOUGHT, rest=NOUGHT)
        return
    back = -_sum(Payment, "amount", refund_of=key)
    rest = left_of(paid)
    if rest < 0:
        raise Refused(_("More of this payment is on plans or was paid back."))
    change.settle(Payment, key, used=paid.amount - back - rest, refunded=back, rest=rest)


def _refuse_if_paid_back(paid: Payment) -> None:
    rows: Any = Payment.objects.live().filter(refund_of=paid.pk)
    if paid.refund_of_id is not None or rows.exists():
        raise Refused(_("Money of this payment was paid back. Delete the repayment first."))


def _locked(payment: Payment) -> Payment:
    """A payment as it is now; the one that it pays back is locked before it, as `pay_back` does."""
    if payment.refund_of_id is not None:
        Payment._base_manager.select_for_update().get(pk=payment.refund_of_id)
    found: Payment = Payment._base_manager.select_for_update().get(pk=payment.pk)
    return found


def remove_payment(payment: Payment, *, by: Actor) -> Payment:
    """Move a payment to the recycle bin; its plans are open again."""
    with booked():
        paid = _locked(payment)
        if paid.refund_of_id is None:
            _refuse_if_paid_back(paid)
        elif not by.grants.may_do(GRANT):
            raise Refused(_("Only who may manage payments pays back."))
        plans = set(_mine(paid).values_list("plan_id", flat=True))
        gone = change.remove(paid, by=by)
        _settle_all(gone, plans)
    return gone


def restore_payment(payment: Payment, *, by: Actor) -> Payment:
    """Take a payment out of the recycle bin, where its plans still have room for it."""
    with booked():
        _locked(payment)
        back = change.restore(payment, by=by)
        if back.refund_of is not None and any(held.amount < 0 or held.taken < 0 for held in _held(back.refund_of)):
            raise Refused(_("The payment is not on this plan any more; pay back anew."))
        _settle_all(back, set(_mine(back).values_list("plan_id", flat=True)))
    return back


def change_payment(payment: Payment, *, by: Actor, **values: Any) -> Payment:
    """Correct what was written; what others follow from stays as long as the payment is on plans."""
    if not _touched(payment, values) & {*FIRM, "amount"}:
        return change.change(payment, by=by, **values)
    with booked():
        paid = Payment._base_manager.select_for_update().get(pk=payment.pk)
        rows = _family(paid)
        firm = FIRM & _touched(paid, values)
        abroad = paid.currency != OWN() or rows.exclude(currency=OWN()).exists()
        if not abroad:
            firm -= {"on"}
        if paid.source is None:
            firm -= {name for name in SOURCES if values.get(name) is not None}
        if firm and (rows.exists() or paid.refunded or paid.refund_of_id is not None):
            no = _("Take the payment off its plans before you change this.")
            raise Refused(no, fields=dict.fromkeys(firm, no))
        if paid.refund_of_id is not None and "amount" in values and values["amount"] != paid.amount:
            raise Refused(fields={"amount": _("Delete the repayment and pay back anew.")})
        was = key_of(paid)
        after = change.change(paid, by=by, **values)
        if key_of(after) != was:
            demand_named(after, values, by)
        settle_payment(after.pk)
    return after


def _touched(payment: Payment, values: Mapping[str, Any]) -> set[str]:
    """The fields that get another value; records are compared by their keys, without reading them."""
    found = set()
    for name, value in values.items():
        before = (
            getattr(payment, f"{name}_id", None) if hasattr(payment, f"{name}_id") else getattr(payment, name, None)
        )
        if before != getattr(value, "pk", value):
            found.add(name)
    return found


def settle_rows(rows: Iterable[Allocation]) -> None:
    """Store anew what follows from allocations that an undo took away."""
    some = list(rows)
    hold(row.plan_id for row in some)
    for key in sorted({row.plan_id for row in some}):
        settle_plan(key)
    for key in sorted({row.payment_id for row in some}):
        settle_payment(key)


def _settle_all(paid: Payment, plans: Iterable[int]) -> None:
    some = set(plans)
    hold(some)
    for key in sorted(some):
        settle_plan(key)
    if paid.deleted_at is None:
        settle_payment(paid.pk)
    if paid.refund_of_id is not None:
        settle_payment(paid.refund_of_id)
