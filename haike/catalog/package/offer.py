"""A package as lines of a document: at its own price, shared to the coin, or at what its products cost the customer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.arithmetic import spread
from haike.catalog.lines.offers import Offers
from haike.catalog.lines.record import MOST_LINES
from haike.catalog.package.record import PackageLine, ProductPackage
from haike.catalog.price import sellable
from haike.kernel.currency import CURRENCIES
from haike.kernel.policy import Actor
from haike.people.currency.rates import rate
from haike.refused import Refused


def offered_packages(user: Actor) -> list[ProductPackage]:
    """The packages on sale whose products the user may all put into lines, by name."""
    rows: Any = ProductPackage.objects.visible_to(user).filter(on_sale=True)
    packages = list(rows.order_by("name_pinyin", "id")[:MOST_LINES])
    held: dict[int, set[int]] = {}
    lines = PackageLine.objects.filter(document__in=[each.pk for each in packages])
    for package, product in lines.values_list("document_id", "product_id"):
        held.setdefault(package, set()).add(product or 0)
    wanted = {key for keys in held.values() for key in keys if key}
    good = {0, *sellable(user).filter(pk__in=wanted).values_list("pk", flat=True)}
    return [each for each in packages if held.get(each.pk) and held[each.pk] <= good]


def package_lines(package: ProductPackage, document: Any, *, times: Decimal, by: Actor) -> list[dict[str, Any]]:
    """So many packages as rows of the editor for a document; Refused where a product is not sold any more."""
    lines: list[Any] = list(package.lines)
    keys = {line.product_id for line in lines if line.product_id is not None}
    good = set(sellable(by).filter(pk__in=keys).values_list("pk", flat=True))
    for line in lines:
        if line.product_id is not None and line.product_id not in good:
            raise Refused(
                _("“%(name)s” is not sold any more, so this package cannot be offered.") % {"name": line.name}
            )
    offers = Offers(document, keys)
    listed = {}
    for line in lines:
        offer = offers.of(line)
        price = offers.shown(offer.price, offer.tax_rate) if offer is not None else None
        listed[line.key] = price or Decimal(0)
    follows = {line.key for line in lines if not package.priced and line.fixed == "discount" and listed[line.key]}
    fixed = [line for line in lines if line.key not in follows and not line.gift]
    amounts = dict(zip([line.key for line in fixed], shares(package, document, fixed, times), strict=True))
    return [_row(line, listed[line.key], amounts.get(line.key), times) for line in lines]


def shares(package: ProductPackage, document: Any, lines: Sequence[Any], times: Decimal) -> list[Decimal]:
    """What lines with a price of their own cost in the document; their sum is exact."""
    parts = [line.total if document.taxed else line.net for line in lines]
    places = CURRENCIES[document.currency].places
    worth = sum(parts, Decimal(0)) * times
    if document.currency != package.currency:
        worth = worth * rate(package.currency) / rate(document.currency)
    coins = int(worth.scaleb(places).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    weights = [int(part.scaleb(CURRENCIES[package.currency].places)) for part in parts]
    return [Decimal(part).scaleb(-places) for part in spread(coins if any(weights) else 0, weights)]


def _row(line: Any, listed: Decimal, amount: Decimal | None, times: Decimal) -> dict[str, Any]:
    said: dict[str, Decimal] = {"quantity": line.quantity * times, "list_price": listed, "tax_rate": line.tax_rate}
    if amount is not None:
        said["amount"], fixed = amount, "amount"
    else:
        said["discount"], fixed = line.discount, "discount" if listed else "price"
    return {
        "product": line.product_id, "name": line.name, "unit": line.unit, "gift": line.gift, "remark": line.remark,
        "fixed": fixed, **{name: f"{number.normalize():f}" for name, number in said.items()},
    }  # fmt: skip
