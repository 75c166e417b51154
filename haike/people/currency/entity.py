"""Exchange rates as an entity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Section
from haike.kernel.look import NumberLook, shows
from haike.people.currency.record import ExchangeRate, Rate, key_of
from haike.people.policy import HousePolicy


@shows(Rate)
class RateLook(NumberLook):
    """A rate, without the noughts at its end."""

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value.normalize():f}"

    def raw(self, value: Any) -> str:
        return self.text(value)


class RatePolicy(HousePolicy):
    """Everybody reads the rates; roles say who keeps them."""

    everybody_sees = True


class ExchangeRateEntity(Entity):
    model = ExchangeRate
    policy_class = RatePolicy
    slug = "exchange-rates"
    title = "key"
    titled_by = ["currency", "base", "on"]
    icon = "arrows-exchange"
    columns = ["key", "currency", "on", "rate", "note", "changed_at"]
    sort = "-on"
    search = ["key"]
    facts = ["currency", "on", "rate"]
    sections = [Section(_("Exchange rate"), ["currency", "on", "rate", "note"])]
    hidden = ["base", "owner"]
    match = ["key"]
    synonyms = {
        "currency": ["币别", "货币", "外币"],
        "on": ["日期", "生效日", "Date", "Day"],
        "rate": ["中间价", "折算价", "Exchange rate"],
    }
    in_menu = False
    in_create_menu = False
    help_page = "administration"

    def match_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A sheet means the same rate again by its currency and day."""
        currency, on = values.get("currency"), values.get("on")
        return {"key": key_of(currency, on)} if currency and isinstance(on, date) else {}
