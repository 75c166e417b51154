"""Why the sums of the truth line differ, in sentences, each with what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from haike.customers.customer.record import Customer
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.money.payment.record import Payment
from haike.money.plan.record import PaymentPlan
from haike.money.plan.screen import link
from haike.money.source import Source, amount_of, begins, in_force, name_of
from haike.money.statement.page import may_state, may_take
from haike.money.truth.sums import NOUGHT, Sums
from haike.papers.module import PAPERS
from haike.sales.contract.record import Contract, Delivery
from haike.sales.order.record import SIGNED, Order


@dataclass(frozen=True)
class Step:
    """An act that closes a gap."""

    label: str
    url: str
    drawer: bool = True


@dataclass(frozen=True)
class Gap:
    """One difference: how much of it, why, and what closes it, where the reader may do that.

    The amounts of all gaps add up to what was agreed less what came in. One of 0 is told beside them.
    """

    amount: Decimal
    text: str
    steps: tuple[Step, ...] = ()


def gaps_of(source: Source, sums: Sums, user: Any) -> list[Gap]:
    """What lies between the sums of one contract or order."""
    found = [*_to_ship(source, sums, user), *_to_invoice(source, sums, user), *_to_pay(source, sums, user)]
    if sums.off:
        found.append(Gap(sums.off, _("Rounded off: %(money)s.") % {"money": money_text(sums.off, source.currency)}))
    return [*found, *_prepaid(source, user)]


def _to_ship(source: Source, sums: Sums, user: Any) -> Iterator[Gap]:
    left = sums.to_ship
    if not left:
        return
    money = money_text(abs(left), source.currency)
    if left < 0:
        yield Gap(left, _("Delivered for %(money)s more than was agreed.") % {"money": money})
    elif isinstance(source, Order):
        lines = len([line for line in source.lines if line.undelivered > 0])
        text = ngettext(
            "Not shipped yet: %(count)s line, %(money)s.", "Not shipped yet: %(count)s lines, %(money)s.", lines
        )
        able = source.state == SIGNED and user.grants.may("sales.shipment", "create")
        ship = Step(_("Ship"), f"{_url(source)}ship")
        yield Gap(left, text % {"count": lines, "money": money}, (ship,) if able else ())
    else:
        yield _to_deliver(source, left, money, user)


def _to_deliver(contract: Contract, left: Decimal, money: str, user: Any) -> Gap:
    rows: Any = Delivery.objects.live().filter(contract=contract.pk, delivered_on__isnull=True)
    amounts = list(rows.values_list("amount", flat=True))
    may, planned = user.grants.may, sum(amounts, NOUGHT)
    steps = []
    if amounts:
        text = ngettext(
            "Not delivered yet: %(money)s, of which %(count)s instalment of %(planned)s is planned.",
            "Not delivered yet: %(money)s, of which %(count)s instalments of %(planned)s are planned.",
            len(amounts),
        )
        facts = {"money": money, "count": len(amounts), "planned": money_text(planned, contract.currency)}
        if may("sales.delivery", "view"):
            steps.append(Step(_("See the deliveries"), f"{_url(contract)}?tab=contract-deliveries-contract", False))
    else:
        text, facts = _("Not delivered yet, and no delivery is planned: %(money)s."), {"money": money}
    if planned < left and may("sales.delivery", "create"):
        url = link("contract-deliveries", contract=contract.pk, amount=left - planned)
        steps.append(Step(_("Plan a delivery"), url))
    return Gap(left, text % facts, tuple(steps))


def _to_invoice(source: Source, sums: Sums, user: Any) -> Iterator[Gap]:
    left = sums.to_invoice
    if not left:
        return
    money = money_text(abs(left), source.currency)
    if left < 0:
        yield Gap(left, _("Invoiced for %(money)s more than went out.") % {"money": money})
        return
    yield Gap(left, _("Went out without an invoice: %(money)s.") % {"money": money}, _invoice(source, left, user))


def _to_pay(source: Source, sums: Sums, user: Any) -> Iterator[Gap]:
    left = sums.to_pay
    if not left:
        return
    money = money_text(abs(left), source.currency)
    if left < 0:
        more = min(-left, sums.agreed - sums.invoiced)
        steps = _invoice(source, more, user) if more > 0 and sums.to_invoice <= 0 else ()
        yield Gap(left, _("Paid in advance of an invoice: %(money)s.") % {"money": money}, steps)
        return
    rows: Any = PaymentPlan.objects.live().filter(**{name_of(source): source.pk}, open__gt=0, due_on__lt=today())
    late = list(rows.order_by("due_on").values_list("due_on", "open"))
    text = _("Invoiced without payment: %(money)s.") % {"money": money}
    if late:
        overdue = money_text(sum((still_open for _day, still_open in late), NOUGHT), source.currency)
        said = _("Overdue since %(day)s by the payment plan: %(money)s.")
        text = f"{text} {said % {'day': late[0][0].isoformat(), 'money': overdue}}"
    steps, may = (), user.grants.may
    if in_force(source) and may("money.payment", "create"):
        steps = (Step(_("Record a payment"), link("payments", **begins(source), amount=left)),)
    if source.planned < amount_of(source) and may("money.paymentplan", "create"):
        steps = (*steps, Step(_("Plan payments"), f"{_url(source)}plan"))
    if late:
        steps = (*steps, *_statement(source, late[0][0], user))
    yield Gap(left, text, steps)


def _statement(source: Source, since: date, user: Any) -> Iterator[Step]:
    """Tell the customer what he owes since the first overdue day, where the user may send him that."""
    if not PAPERS.is_on() or not may_state(user) or not may_take(user, "print"):
        return
    customer = Customer.objects.visible_to(user).filter(pk=source.customer_id).first()
    if customer is not None:
        months = f"from={since:%Y-%m}&to={today():%Y-%m}"
        yield Step(_("Send the statement"), f"{entity_of(Customer).url_of(customer)}statement/send?{months}")


def _prepaid(source: Source, user: Any) -> Iterator[Gap]:
    """Payments that name the source and lie on no instalment, told beside the gaps."""
    if not entity_of(Payment).policy.may(user, "view"):
        return
    rows = Payment.objects.visible_to(user).filter(**{name_of(source): source.pk}, rest__gt=0)
    for payment in rows.order_by("id")[:5]:
        text = _("Of payment %(number)s, %(money)s lies on no instalment.")
        money = money_text(payment.rest, payment.currency)
        step = Step(_("Put it on an instalment"), f"{entity_of(Payment).url_of(payment)}?tab=open_plans", False)
        yield Gap(NOUGHT, text % {"number": payment.number, "money": money}, (step,))


def summed(sums: Sums, currency: str) -> list[Gap]:
    """The same of many documents, without acts: those lie on each document."""
    told = (
        (sums.to_ship, _("Not gone out yet: %(money)s."), _("More went out than was agreed: %(money)s.")),
        (sums.to_invoice, _("Went out without an invoice: %(money)s."), _("Invoiced before it went out: %(money)s.")),
        (sums.to_pay, _("Invoiced without payment: %(money)s."), _("Paid in advance of an invoice: %(money)s.")),
        (sums.off, _("Rounded off: %(money)s."), ""),
    )
    return [
        Gap(left, (more if left > 0 else less) % {"money": money_text(abs(left), currency)})
        for left, more, less in told
        if left
    ]


def _invoice(source: Source, amount: Decimal, user: Any) -> tuple[Step, ...]:
    if not in_force(source) or not user.grants.may("money.invoice", "create"):
        return ()
    return (Step(_("Write an invoice"), link("invoices", **begins(source), amount=amount)),)


def _url(source: Source) -> str:
    return entity_of(type(source)).url_of(source)
