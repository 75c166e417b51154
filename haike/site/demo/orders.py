"""A year of selling in the sample company: quotes, orders in all states, shipments and the money for them.

Each order has a fate and a day that fits it; what is drawn for it decides its documents, and every stored sum is
worked out from those by the rooms' own arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from haike.catalog.lines.record import DocumentLine
from haike.catalog.models import Product
from haike.customers.paper.letter import whole_address
from haike.sales.after.terms import reckon
from haike.sales.models import Order, OrderLine, Quote, QuoteLine, SaleExpense, Shipment, ShipmentLine
from haike.sales.order.record import CANCELLED, CLOSED, DRAFT, SIGNED
from haike.sales.quote.record import ACCEPTED, DECLINED, REPLACED, SENT
from haike.sales.quote.record import DRAFT as QUOTED
from haike.sales.shipment.record import SHIPPED, SIGNED_FOR
from haike.site.demo.books import Books
from haike.site.demo.chance import Chance, spread
from haike.site.demo.dues import NOUGHT, Dues, Terms

FIRST = (
    "paid", "overdue", "part", "draft", "closed", "unpaid", "paid", "signed", "cancelled", "paid", "paid", "part",
)  # fmt: skip
"""What becomes of the first orders: so a small company has some of each."""
USUAL = spread(
    {"paid": 74, "overdue": 5, "closed": 4, "part": 5, "unpaid": 5, "signed": 3, "cancelled": 2, "draft": 2}, 100
)
"""And of the others."""
AGES = {
    "draft": (0, 9), "signed": (0, 15), "part": (6, 45), "unpaid": (12, 28), "overdue": (60, 150), "closed": (70, 320),
    "cancelled": (20, 330),
}  # fmt: skip
"""How many days ago an order of this fate was signed; one that is paid at any time of the year."""
SEASONS = spread({1: 9, 2: 4, 3: 10, 4: 9, 5: 8, 6: 9, 7: 7, 8: 7, 9: 11, 10: 9, 11: 12, 12: 11}, 200)
"""Months as busy as they are in trade: little around the Spring Festival, much before the end of the year."""
MANY = {
    "roll": (24, 48, 48, 96, 120, 240, 480), "sheet": (1000, 2000, 5000, 10000), "unit": (1, 1, 2, 2, 3, 5),
    "piece": (1, 2, 2, 4, 6, 10),
}  # fmt: skip
TERMS = spread({"prepaid": 35, "deposit": 30, "monthly": 35}, 100)
ENDS = {CLOSED: "客户停产换型，余数不再交货", CANCELLED: "客户项目暂停，双方同意取消"}
CARRIERS = spread({"sf": 30, "deppon": 25, "zto": 12, "jd": 12, "freight": 12, "own": 9}, 100)
YEAR = 365
PARTLY = ("part", "closed")


def fates_and_days(count: int, today: date, chance: Chance) -> list[tuple[str, date]]:
    """What becomes of each order and the day of it, from the first day of the year to today."""
    found = []
    for at in range(count):
        fate = FIRST[at] if at < len(FIRST) else chance.pick(USUAL)
        if fate in AGES:
            ago = chance.number(*AGES[fate])
        else:
            ago = chance.number(25, YEAR)
            # A month that is busier is drawn more often.
            for _turn in range(3):
                if (today - timedelta(days=ago)).month == chance.pick(SEASONS):
                    break
                ago = chance.number(25, YEAR)
        found.append((fate, today - timedelta(days=ago)))
    return sorted(found, key=lambda each: each[1])


class SampleOrders:
    """Writes quotes and orders with all that follows into the books."""

    def __init__(self, books: Books, dues: Dues, terms: dict[str, Terms], products: Sequence[Product]) -> None:
        self.books, self.dues, self.terms, self.chance = books, dues, terms, books.chance
        self.today = dues.today
        self.names = {product.pk: (str(product), str(product.unit_name)) for product in products}
        self.products, self._closed, self._made = products, 0, 0
        self.after = {product.pk: (product.warranty_months, product.visit_days) for product in products}

    def lines(self, model: Any, document: Any, **values: Any) -> list[Any]:
        """One to four lines of different products, as large as such things are bought."""
        start, found = self.chance.number(0, len(self.products) - 1), []
        for place in range(self.chance.pick((1, 1, 2, 2, 2, 3, 4))):
            product = self.products[(start + place * 7) % len(self.products)]
            quantity = self.chance.pick(MANY.get(product.unit, (1,)))
            name, unit = self.names[product.pk]
            found.append(self.books.line(
                model, document=document, key=place + 1, position=place + 1, product=product, name=name, unit=unit,
                quantity=Decimal(quantity), list_price=product.price, fixed="discount",
                discount=Decimal(90 if quantity >= 500 else 95 if quantity >= 100 else 100),
                tax_rate=product.tax_rate, cost=product.cost_price, **values,
            ))  # fmt: skip
        return found

    def quote(self, customer: Any, day: date, state: str, **values: Any) -> Quote:
        """A quote with its lines and sums."""
        day = min(day, self.today)
        made: Quote = self.books.add(
            Quote, customer, day, customer=customer, contact_id=customer.main_contact_id, state=state, quoted_on=day,
            valid_until=day + timedelta(days=30), terms="含税含运费，月结客户 30 天内付清。", **values,
        )  # fmt: skip
        made.lines = self.lines(QuoteLine, made)
        made.subject = f"{made.lines[0].product.name}报价"
        made.reckon()
        made.worth = made.total
        return made

    def open_quote(self, customer: Any, place: int) -> None:
        """A quote from which no order came (yet)."""
        kind = (SENT, DECLINED, "expired", QUOTED, REPLACED)[place % 5]
        ago = {SENT: (0, 25), QUOTED: (0, 6)}.get(kind, (35, 340))
        day = self.today - timedelta(days=self.chance.number(*ago))
        first = self.quote(customer, day, SENT if kind == "expired" else kind)
        if kind == REPLACED:
            later = self.quote(customer, day + timedelta(days=3), DECLINED, edition=2, replaces=first)
            later.subject = first.subject

    def order(self, customer: Any, fate: str, day: date) -> Order:
        """One order with its quote, shipments, plans, payments and invoices."""
        self._made += 1
        manner = "prepaid" if fate == "closed" else "monthly" if fate == "overdue" else self.chance.pick(TERMS)
        manner = "monthly" if fate == "unpaid" else manner
        made: Order = self.books.add(
            Order, customer, day, customer=customer, contact_id=customer.main_contact_id, pay_manner=manner,
            ships_by=day + timedelta(days=self.chance.number(7, 40)), state=SIGNED, signed_on=day,
        )  # fmt: skip
        made.lines = self.lines(OrderLine, made)
        made.subject = f"{made.lines[0].product.name}采购"
        if fate in PARTLY:
            made.lines[0].quantity = max(made.lines[0].quantity, Decimal(4))
        if self.chance.happens(0.6):
            self._quoted(made, day)
        made.reckon()
        made.worth = made.total
        if fate not in ("draft", "signed", "cancelled"):
            self._ship(made, day, part=fate in PARTLY)
        if fate == "draft":
            made.signed_on = None
        made.state = {"draft": DRAFT, "closed": CLOSED, "cancelled": CANCELLED}.get(fate, SIGNED)
        made.end_reason = ENDS.get(made.state, "")
        made.derive()
        if made.state in (SIGNED, CLOSED):
            self._money(made, fate, day, self.terms[manner])
        made.derive_payment()
        return made

    def _quoted(self, order: Order, day: date) -> None:
        """The quote that the customer has accepted: the same lines at the same prices."""
        before = day - timedelta(days=self.chance.number(2, 18))
        made: Any = self.books.add(
            Quote, order.customer, before, customer=order.customer, contact_id=order.contact_id, state=ACCEPTED,
            quoted_on=before, valid_until=before + timedelta(days=30), subject=order.subject.replace("采购", "报价"),
        )  # fmt: skip
        said = [field.name for field in DocumentLine._meta.fields]
        made.lines = [
            self.books.line(QuoteLine, document=made, **{name: getattr(line, name) for name in said})
            for line in order.lines
        ]
        made.reckon()
        made.worth = made.total
        order.quote = made

    def _ship(self, order: Order, day: date, *, part: bool) -> None:
        quantities = {line.key: Decimal(int(line.quantity) // 2) if part else line.quantity for line in order.lines}
        on = min(day + timedelta(days=self.chance.number(2, 12)), self.today)
        there = on + timedelta(days=self.chance.number(1, 5))
        signed = there <= self.today
        contact, customer = order.customer.main_contact, order.customer
        made = self.books.add(
            Shipment, customer, on, order=order, customer=customer, shipped_on=on, carrier=self.chance.pick(CARRIERS),
            waybill=f"SF{self.chance.number(10**11, 10**12 - 1)}",
            receiver=contact.name if contact else customer.name[:60],
            phone=(contact.mobile if contact else "") or customer.mobile or customer.phone,
            address=whole_address(customer.region, customer.address), state=SIGNED_FOR if signed else SHIPPED,
            signed_for_on=there if signed else None, signed_for_by=contact.name if contact and signed else "",
        )  # fmt: skip
        shipped = []
        for line in order.lines:
            if quantity := quantities[line.key]:
                line.delivered = quantity
                shipped.append(self.books.line(
                    ShipmentLine, document=made, key=line.key, position=line.position, order_line=line,
                    product_id=line.product_id, name=line.name, unit=line.unit, quantity=quantity, cost=line.cost,
                    commission_rate=line.product.commission_rate,
                ))  # fmt: skip
        made.visit_on = reckon(made, shipped, self.after)
        if made.visit_on is not None and made.visit_on < self.today - timedelta(days=5):
            made.visited_on = made.visit_on
        if self._made % 3 == 0:
            freight = order.total * self.chance.number(1, 4) / 100
            self.books.add(
                SaleExpense, customer, on, customer=customer, order=order, on=on, kind="freight", what="专线运费",
                amount=max(Decimal(18), freight.quantize(Decimal(1))), spent_by_id=customer.owner_id,
            )  # fmt: skip

    def _money(self, order: Order, fate: str, day: date, terms: Terms) -> None:
        if order.due <= 0:
            return
        plans = self.dues.plan(order, terms, day)
        if fate == "closed":
            self._closed_early(order, plans[0], day)
        elif fate in ("overdue", "unpaid"):
            if fate == "overdue" and self.chance.happens(0.4):
                some = (plans[0].amount * self.chance.number(30, 70) / 100).quantize(Decimal("0.01"))
                self.dues.pay(order, plans[0], plans[0].due_on, some)
            self.dues.invoice(order, min(day + timedelta(days=14), self.today), order.due)
        else:
            self._paid(order, plans, whole=fate == "paid")

    def _paid(self, order: Order, plans: Sequence[Any], *, whole: bool) -> None:
        """Every instalment that is due, or all of them, is paid a few days around its day."""
        for place, plan in enumerate(plans):
            on = plan.due_on + timedelta(days=self.chance.number(-2, 12))
            if not whole and on > self.today:
                continue
            more = Decimal(200) if self._made % 25 == 7 and place == 0 else NOUGHT
            on = max(min(on, self.today), order.signed_on or on)
            self.dues.pay(order, plan, on, plan.amount, more=more)
        if whole:
            day = min(plans[-1].due_on, self.today)
            self.dues.invoice(order, day, order.due)
        elif order.received:
            self.dues.invoice(order, self.today, order.received, issued=self.chance.happens(0.6))

    def _closed_early(self, order: Order, plan: Any, day: date) -> None:
        """What was paid in advance and not delivered goes back; sometimes the customer had paid less."""
        self._closed += 1
        back = order.total - order.due
        if self._closed % 5 == 1 and back > 0:
            paid = self.dues.pay(order, plan, day + timedelta(days=1), order.total)
            self.dues.pay_back(order, paid, plan, day + timedelta(days=40), back)
        else:
            self.dues.pay(order, plan, day + timedelta(days=3), order.due)
        self.dues.invoice(order, day + timedelta(days=42), order.due)
