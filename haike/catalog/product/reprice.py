"""Changing the prices of many products at once, as a bulk act that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import ACTS, Act
from haike.bulk.forms import FORMS, ActForm
from haike.bulk.run import BulkRun
from haike.bulk.write import Outcome, Values, change_many
from haike.catalog.fields import PLACES
from haike.catalog.product.record import Product, ProductPrice
from haike.customers.price_class.entity import GRANT
from haike.customers.price_class.record import PriceClass
from haike.kernel.entity import Entity, entity_of
from haike.kernel.look import Look, NumberLook
from haike.kernel.look.choice import ChoiceLook
from haike.refused import Refused

KEY = "reprice"
PERCENT, AMOUNT = "percent", "amount"
HOWS = {PERCENT: _("By percent"), AMOUNT: _("By an amount")}
OWN_PRICES = ("price", "floor_price", "cost_price")
CLASS = "class-"
NINE = "nine"
ROUNDINGS = {
    "0.01": _("To 0.01"),
    "0.1": _("To 0.1"),
    "1": _("To whole numbers"),
    "10": _("To tens"),
    NINE: _("Up to a 9 at the end"),
}


class OptionsLook(ChoiceLook):
    """A choice of the form."""

    def __init__(self, name: str, label: Any, options: dict[str, Any]) -> None:
        super().__init__(name, label)
        self.known = options
        self.required = True

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {code: str(label) for code, label in self.known.items()}


class StepLook(NumberLook):
    """How much more or less; with a minus the price falls."""

    places = 4

    def __init__(self, name: str, label: Any) -> None:
        super().__init__(name, label)
        self.required = True
        self.help = _("Such as 5 for more, -5 for less.")

    def fit(self, number: Decimal) -> Any:
        if not number.is_finite() or abs(number) > 10**9:
            raise Refused(_("The number is too large."))
        return round(number, self.places)

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value.normalize():f}"


def prices_of(entity: Entity, user: Any) -> dict[str, Any]:
    """The prices that somebody may change."""
    own = {name: entity.looks[name].label for name in OWN_PRICES if entity.right(user, name) == "edit"}
    classes = PriceClass.objects.live().order_by("position", "id")
    # A class may bear the name of a price of the product itself.
    return own | {f"{CLASS}{each.pk}": _("Price class: %(name)s") % {"name": each} for each in classes}


class RepriceForm(ActForm):
    """Asks which price changes, by how much, and how it is rounded."""

    def looks(self) -> dict[str, Look]:
        return {
            "which": OptionsLook("which", _("Which price"), prices_of(self.entity, self.user)),
            "how": OptionsLook("how", _("By percent or amount"), HOWS),
            "step": StepLook("step", _("By how much")),
            "rounding": OptionsLook("rounding", _("Rounding"), ROUNDINGS),
        }

    def understand(self, request: HttpRequest) -> bool:
        typed = self.typed.values
        if typed["how"] == PERCENT and typed["step"] <= -100:
            self.typed.errors["step"] = str(_("A price cannot fall by 100 percent or more."))
            return False
        self.values = {**typed, "step": str(typed["step"])}
        told = f"{'+' if typed['step'] > 0 else ''}{self.typed.looks['step'].text(typed['step'])}"
        which = self.typed.looks["which"].text(typed["which"])
        sign = "%" if typed["how"] == PERCENT else ""
        self.title = f"{which} {told}{sign}"
        return True


def new_price(price: Decimal, how: str, step: Decimal, rounding: str) -> Decimal:
    """The price after a change; Refused where it would fall below 0."""
    found = price * (1 + step / 100) if how == PERCENT else price + step
    if found < 0:
        raise Refused(_("The price would fall below 0."))
    if rounding == NINE:
        return ((found + 1) / 10).to_integral_value(rounding=ROUND_CEILING) * 10 - 1
    unit = Decimal(rounding)
    return (found / unit).to_integral_value(rounding=ROUND_HALF_UP) * unit


def _maker(run: BulkRun, name: str) -> Callable[[Any], Values]:
    how, step, rounding = run.values["how"], Decimal(run.values["step"]), run.values["rounding"]

    def make(record: Any) -> Values:
        price = getattr(record, name)
        if price is None:
            raise Refused(_("It has no such price yet."))
        # With the places of the column, as an undo will find it there.
        return {name: new_price(price, how, step, rounding).quantize(Decimal(1).scaleb(-PLACES))}

    return make


def _reprice(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    which = run.values["which"]
    if which not in prices_of(entity, by) or not by.grants.may_do(GRANT):
        raise Refused(_("You may not change this field."))
    needs = ("bulk", "edit")
    if not which.startswith(CLASS):
        return change_many(entity, keys, _maker(run, which), (which,), by=by, batch=run.batch, actions=needs)
    prices = entity_of(ProductPrice)
    rows: Any = ProductPrice.objects.live().filter(product__in=keys, price_class=which.removeprefix(CLASS))
    of = dict(rows.values_list("pk", "product_id"))
    told = change_many(prices, list(of), _maker(run, "price"), ("price",), by=by, batch=run.batch, actions=needs)
    refused = {of[pk]: no for pk, no in told.refused.items()}
    none = Refused(_("It has no such price yet."))
    refused |= dict.fromkeys(set(keys) - set(of.values()), none)
    changed = {record.product_id for record in _changed(told, of)} - set(refused)
    return Outcome(changed=len(changed), same=len(keys) - len(changed) - len(refused), refused=refused)


def _changed(told: Outcome, of: dict[int, int]) -> Any:
    return ProductPrice._base_manager.filter(pk__in=set(of) - set(told.refused)) if told.changed else ()


def offered(entity: Entity, user: Any, tab: str) -> bool:
    """Whether the act is offered: to products, and to who may change prices in bulk."""
    return entity is entity_of(Product) and bool(user.grants.may_do(GRANT))


ACTS[KEY] = Act(
    KEY, _("Change prices"), icon="percentage", needs=("bulk", "edit"), write=_reprice, hanging=False, fits=offered
)
FORMS[KEY] = RepriceForm
