"""Asking for rates and converting amounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from haike.days import day_text
from haike.kernel.currency import CURRENCIES, OWN
from haike.kernel.period import today
from haike.people.currency.record import ExchangeRate
from haike.refused import Refused


def rate(currency: str, on: date | None = None) -> Decimal:
    """How many units of the company's own currency one unit of `currency` is worth on a day, today without one.

    That is the latest rate that was valid on that day; Refused where there is none.
    """
    own, day = OWN(), on or today()
    if currency == own:
        return Decimal(1)
    if currency not in CURRENCIES:
        raise Refused(_("“%(code)s” is no currency that Haike knows.") % {"code": currency})
    rows = ExchangeRate.objects.live().filter(base=own, currency=currency, on__lte=day)
    found: Decimal | None = rows.order_by("-on").values_list("rate", flat=True).first()
    if found is None:
        raise Refused(
            _("There is no exchange rate of %(currency)s for %(day)s. Enter one under Settings, Currencies.")
            % {"currency": CURRENCIES[currency].label, "day": day_text(day, year=True)}
        )
    return found


def convert(amount: Decimal, source: str, target: str = "", *, on: date | None = None) -> Decimal:
    """An amount of `source` in `target` (the company's own currency without one), rounded to its smallest coin.

    Refused where a rate is missing.
    """
    target = target or OWN()
    value = amount
    if source != target:
        value = amount * rate(source, on) / rate(target, on)
    return to_coin(value, target)


def to_coin(amount: Decimal, currency: str) -> Decimal:
    """Rounded to the smallest coin of a currency; halves away from nought, as banks do."""
    return amount.quantize(Decimal(1).scaleb(-CURRENCIES[currency].places), rounding=ROUND_HALF_UP)


@contextmanager
def beside_currency() -> Iterator[None]:
    """Let the complaint that a rate is missing stand beside the field `currency`."""
    try:
        yield
    except Refused as no:
        raise Refused(fields={"currency": no.message}) from no
