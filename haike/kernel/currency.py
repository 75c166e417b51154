"""Currencies: their signs and places, the company's own one, and an amount as people read it.

Amounts are stored in the company's own currency, unless a `Money` field names the field that holds another.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option


@dataclass(frozen=True)
class Currency:
    """One currency: `sign` where it is the company's own, `wide` beside it, and how many decimal places it has."""

    label: str | Promise
    sign: str
    wide: str = ""
    places: int = 2


# By the code of ISO 4217; the trade of Chinese companies first.
CURRENCIES: dict[str, Currency] = {
    "USD": Currency(_("US dollar"), "$", "US$"),
    "EUR": Currency(_("Euro"), "€"),
    "HKD": Currency(_("Hong Kong dollar"), "HK$"),
    "JPY": Currency(_("Japanese yen"), "¥", "JP¥", 0),
    "GBP": Currency(_("Pound sterling"), "£"),
    "CNY": Currency(_("Chinese yuan"), "¥", "CN¥"),
    "TWD": Currency(_("New Taiwan dollar"), "NT$"),
    "MOP": Currency(_("Macau pataca"), "MOP$"),
    "KRW": Currency(_("South Korean won"), "₩", "", 0),
    "SGD": Currency(_("Singapore dollar"), "$", "S$"),
    "MYR": Currency(_("Malaysian ringgit"), "RM"),
    "THB": Currency(_("Thai baht"), "฿"),
    "VND": Currency(_("Vietnamese dong"), "₫", "", 0),
    "IDR": Currency(_("Indonesian rupiah"), "Rp"),
    "PHP": Currency(_("Philippine peso"), "₱"),
    "INR": Currency(_("Indian rupee"), "₹"),
    "AUD": Currency(_("Australian dollar"), "$", "A$"),
    "NZD": Currency(_("New Zealand dollar"), "$", "NZ$"),
    "CAD": Currency(_("Canadian dollar"), "$", "CA$"),
    "CHF": Currency(_("Swiss franc"), "CHF "),
    "SEK": Currency(_("Swedish krona"), "SEK "),
    "NOK": Currency(_("Norwegian krone"), "NOK "),
    "DKK": Currency(_("Danish krone"), "DKK "),
    "PLN": Currency(_("Polish zloty"), "zł"),
    "RUB": Currency(_("Russian rouble"), "₽"),
    "TRY": Currency(_("Turkish lira"), "₺"),
    "AED": Currency(_("UAE dirham"), "AED "),
    "SAR": Currency(_("Saudi riyal"), "SAR "),
    "ZAR": Currency(_("South African rand"), "R"),
    "BRL": Currency(_("Brazilian real"), "R$"),
    "MXN": Currency(_("Mexican peso"), "$", "MX$"),
    "KZT": Currency(_("Kazakhstani tenge"), "₸"),
}

OWN = option(
    "kernel.currency",
    "CNY",
    _("The company's own currency"),
    group=_("Currency"),
    choices=tuple((code, each.label) for code, each in sorted(CURRENCIES.items(), key=lambda pair: pair[0] != "CNY")),
    help=_("Amounts that are written down keep their figures; exchange rates are entered anew for another one."),
)


def own_sign() -> str:
    """The sign of the company's own currency."""
    return CURRENCIES[OWN()].sign


def money_text(amount: Any, code: str = "") -> str:
    """An amount as people read it, in the company's own currency without `code`: ¥1,234.50, -US$20.00, JP¥1,500."""
    own = OWN()
    chosen = CURRENCIES[code or own]
    sign = chosen.sign if not code or code == own else chosen.wide or chosen.sign
    # Fractions that the currency does not have are shown all the same where somebody has written them down.
    places = chosen.places or (2 if amount != int(amount) else 0)
    return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,.{places}f}"


class Amount(Decimal):
    """An amount that knows its currency, as read from a record with a currency of its own."""

    currency: str = ""

    @classmethod
    def of(cls, value: Decimal, currency: str) -> Amount:
        """The amount in this currency."""
        made = cls(value)
        made.currency = currency
        return made
