"""Looks of numbers, money and yes/no."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.currency import Amount, money_text, own_sign
from haike.kernel.escape import escape
from haike.kernel.fields import Money
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Look, Raw, many, one, shows
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import parse_bool, parse_decimal


@shows(models.IntegerField, models.FloatField, models.DecimalField)
class NumberLook(Look):
    """A number: to the right, thousands grouped."""

    kind = "number"
    align = "right"
    operators = {
        "is": _("is"),
        "not": _("is not"),
        "more": _("is more than"),
        "least": _("is at least"),
        "less": _("is less than"),
        "most": _("is at most"),
        "between": _("is between"),
        **EMPTY_OPERATORS,
    }

    @property
    def places(self) -> int:
        """Decimal places of the column."""
        return int(getattr(self.field, "decimal_places", None) or 0)

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value:,.{self.places}f}"

    def raw(self, value: Any) -> Raw:
        return "" if value is None else f"{value:.{self.places}f}"

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        mode = "decimal" if self.places else "numeric"
        return mark_safe(
            f'<input type="text" inputmode="{mode}" class="form-control text-end" autocomplete="off" '
            f'value="{escape(one(raw))}" {self.attributes(name, invalid=invalid)}>'
        )

    def empty_value(self) -> Any:
        if self.field is not None and not self.field.null and self.field.has_default():
            return self.field.get_default()
        super().empty_value()
        return None

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = one(raw).strip()
        if not text:
            return self.empty_value()
        number = parse_decimal(text)
        return self.fit(number)

    def fit(self, number: Decimal) -> Any:
        """The number as the column holds it; Refused when it is too large or has too many places."""
        if not number.is_finite():
            raise Refused(_("A number is expected."))
        digits = getattr(self.field, "max_digits", None)
        if digits:
            # First, because a number of very many digits cannot even be rounded.
            if abs(number) >= Decimal(10) ** (digits - self.places):
                raise Refused(_("The number is too large."))
            fitted = round(number, self.places)
            if fitted != number:
                raise Refused(_("At most %(places)s decimal places.") % {"places": self.places})
            return fitted
        if number != number.to_integral_value():
            raise Refused(_("A whole number is expected."))
        if isinstance(self.field, models.PositiveIntegerField) and number < 0:
            raise Refused(_("The number may not be negative."))
        if abs(number) > 2_147_483_647:
            raise Refused(_("The number is too large."))
        return int(number)

    def to_json(self, value: Any) -> Any:
        return str(value) if isinstance(value, Decimal) else value

    def from_json(self, value: Any, by: Actor) -> Any:
        if value is None or value == "":
            return self.empty_value()
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise Refused(_("A number is expected."))
        return self.fit(parse_decimal(str(value)))

    def schema(self) -> dict[str, Any]:
        kinds = ["number", "string"] if self.places else ["integer"]
        return {"type": [*kinds, "null"] if self.field is not None and self.field.null else kinds}

    def from_log(self, value: Any) -> str:
        return "" if value is None else self.text(Decimal(str(value)))

    def to_sheet(self, value: Any) -> Any:
        return value

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return super().condition(operator, value, by)
        numbers = [parse_decimal(part) for part in many(value)]
        if not numbers:
            raise Refused(_("Enter a number for: %(label)s.") % {"label": self.label})
        if operator == "not":
            return ~Q(**{self.column: numbers[0]})
        if operator == "between":
            return Q(**{f"{self.column}__gte": min(numbers), f"{self.column}__lte": max(numbers)})
        lookup = {"is": "exact", "more": "gt", "least": "gte", "less": "lt", "most": "lte"}[operator]
        return Q(**{f"{self.column}__{lookup}": numbers[0]})

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        values = many(value) + ["", ""]
        inputs = [
            f'<input type="text" inputmode="decimal" class="form-control" name="{escape(name)}" '
            f'value="{escape(part)}" aria-label="{escape(self.label)}">'
            for part in values[: 2 if operator == "between" else 1]
        ]
        return mark_safe("".join(inputs))


@shows(Money)
class MoneyLook(NumberLook):
    """An amount of money, shown with the sign of its currency: the company's own, or that of the record."""

    kind = "money"

    def get(self, record: Any) -> Any:
        value, named = super().get(record), getattr(self.field, "currency", "")
        if value is None or not named:
            return value
        for step in self.path.split("__")[:-1]:
            record = getattr(record, step)
        return Amount.of(value, getattr(record, named))

    def text(self, value: Any) -> str:
        return "" if value is None else money_text(value, getattr(value, "currency", ""))

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        sign = "" if getattr(self.field, "currency", "") else escape(own_sign())
        return mark_safe(
            f'<div class="money-field"><span class="money-sign">{sign}</span><input type="text" inputmode="decimal" '
            f'class="form-control" data-money="{self.places}" autocomplete="off" value="{escape(one(raw))}" '
            f"{self.attributes(name, invalid=invalid)}></div>"
        )


@shows(models.BooleanField)
class YesNoLook(Look):
    """Yes or no."""

    kind = "yesno"
    operators = {"yes": _("yes"), "no": _("no")}

    def text(self, value: Any) -> str:
        return "" if value is None else str(_("Yes") if value else _("No"))

    def cell(self, value: Any) -> str:
        return escape(self.text(value)) if value else NOTHING

    def raw(self, value: Any) -> Raw:
        return "1" if value else ""

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        checked = " checked" if one(raw) else ""
        return mark_safe(
            f'<label class="form-check form-switch"><input type="checkbox" class="form-check-input" value="1"{checked} '
            f'name="{escape(name)}" id="id_{escape(name)}"><span>{escape(self.label)}</span></label>'
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = one(raw).strip()
        return bool(parse_bool(text)) if text else False

    def to_json(self, value: Any) -> Any:
        return bool(value)

    def from_json(self, value: Any, by: Actor) -> Any:
        if not isinstance(value, bool):
            raise Refused(_("true or false expected."))
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        return Q(**{self.column: operator == "yes"})

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        return mark_safe("")

    def say(self, operator: str, value: Any) -> str:
        return f"{self.label}: {self.operators[operator]}"
