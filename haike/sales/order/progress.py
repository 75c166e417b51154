"""What the states of an order follow from: pure arithmetic of quantities and amounts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import pgettext_lazy

NOT_SHIPPED, PARTLY_SHIPPED, SHIPPED = "none", "part", "done"
SHIPPINGS = {
    NOT_SHIPPED: pgettext_lazy("order", "Not shipped"),
    PARTLY_SHIPPED: pgettext_lazy("order", "Partly shipped"),
    SHIPPED: pgettext_lazy("order", "Shipped"),
}
NO_PAYMENT = ""
"""Of an order that was cancelled."""
UNPAID, PARTLY_PAID, PAID, OVERPAID = "none", "part", "paid", "over"
PAYMENTS = {
    UNPAID: pgettext_lazy("order", "Unpaid"),
    PARTLY_PAID: pgettext_lazy("order", "Partly paid"),
    PAID: pgettext_lazy("order", "Paid"),
    OVERPAID: pgettext_lazy("order", "Overpaid"),
}
OWING = (UNPAID, PARTLY_PAID)
NOUGHT = Decimal(0)


def shipping_of(lines: Iterable[tuple[Decimal, Decimal]]) -> str:
    """The state of shipping by ordered and delivered quantities."""
    some = list(lines)
    if not any(delivered for _ordered, delivered in some):
        return NOT_SHIPPED
    return SHIPPED if all(delivered >= ordered for ordered, delivered in some) else PARTLY_SHIPPED


def payment_of(due: Decimal, received: Decimal) -> str:
    """The state of payment; what costs nothing is paid."""
    if received > due:
        return OVERPAID
    if received == due:
        return PAID
    return PARTLY_PAID if received > NOUGHT else UNPAID


def payable(lines: Iterable[tuple[Decimal, Decimal, Decimal]], places: int) -> Decimal:
    """What the delivered part of lines (total, ordered, delivered) costs, each rounded to `places`."""
    coin = Decimal(1).scaleb(-places)
    shares = (total * delivered / ordered for total, ordered, delivered in lines)
    return sum((share.quantize(coin, ROUND_HALF_UP) for share in shares), NOUGHT)
