"""Kinds of own fields that no built-in field has: an hour of the day, and an address."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.looks import OwnLook
from haike.fields.own_field.record import OwnField
from haike.kernel.division import divisions, find_division, full_name
from haike.kernel.escape import escape
from haike.kernel.look import Look, RegionLook
from haike.kernel.look.base import EMPTY_OPERATORS, Raw, many, one
from haike.refused import Refused
from haike.sheets.values import clean_text

_CLOCK = re.compile(
    r"(?P<half>上午|下午|晚上|早上|凌晨|中午)?\s*(?P<hour>\d{1,2})\s*(?:[:：点时h]\s*(?P<minute>\d{1,2})?\s*分?(?:[:：]\d\d(?:\.\d+)?)?"
    r"|(?P<minutes>\d\d))?\s*(?P<pm>am|pm)?",
    re.IGNORECASE,
)


def parse_time(text: str) -> time:
    """An hour of the day as people write it: 9:05, 0905, 9点, 下午3点半; Refused for anything else."""
    found = _CLOCK.fullmatch(clean_text(text).replace("半", "30").replace("整", ""))
    if found is not None:
        hour, minute = int(found["hour"]), int(found["minute"] or found["minutes"] or 0)
        later = found["half"] in ("下午", "晚上") or (found["pm"] or "").lower() == "pm"
        hour += 12 if later and hour < 12 else 0
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Refused(_("“%(text)s” is no time of day; write it as 14:30.") % {"text": text[:40]})


class OwnTime(OwnLook):
    """An hour of the day, to the minute."""

    kind = "time"
    compares = "day"
    example = "14:30"
    operators = {
        "is": _("is"),
        "before": _("is before"),
        "after": _("is after"),
        "between": _("is between"),
        **EMPTY_OPERATORS,
    }

    def load(self, stored: Any) -> Any:
        return time.fromisoformat(stored)

    def dump(self, value: Any) -> Any:
        return value if isinstance(value, str) else f"{value:%H:%M}"

    def text(self, value: Any) -> str:
        return f"{value:%H:%M}" if value is not None else ""

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return mark_safe(
            f'<input type="time" class="form-control" value="{escape(one(raw))}" '
            f"{self.attributes(name, invalid=invalid)}>"
        )

    def parse(self, raw: Raw, by: Any) -> Any:
        text = one(raw).strip()
        return parse_time(text) if text else self.empty_value()

    def to_json(self, value: Any) -> Any:
        return None if value is None else self.dump(value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "pattern": r"^\d\d:\d\d$"}

    def from_log(self, value: Any) -> str:
        return value or ""

    def from_sheet(self, value: Any, by: Any) -> Any:
        if isinstance(value, datetime):
            return value.time().replace(second=0, microsecond=0)
        if isinstance(value, time):
            return value.replace(second=0, microsecond=0)
        if isinstance(value, float) and 0 <= value < 1:
            minutes = round(value * 24 * 60) % (24 * 60)
            return time(minutes // 60, minutes % 60)
        return super().from_sheet(value, by)

    def condition(self, operator: str, value: Any, by: Any) -> Q:
        if operator in EMPTY_OPERATORS:
            return Look.condition(self, operator, value, by)
        given = [self.dump(parse_time(part)) for part in many(value)]
        if not given:
            raise Refused(_("Enter a value for: %(label)s.") % {"label": self.label})
        if operator == "between":
            return Q(**{f"{self.column}__gte": min(given), f"{self.column}__lte": max(given)})
        lookup = {"is": "exact", "before": "lt", "after": "gt"}[operator]
        return Q(**{f"{self.column}__{lookup}": given[0]})

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        if operator in EMPTY_OPERATORS:
            return mark_safe("")
        inputs = [
            f'<input type="time" class="form-control" name="{escape(name)}" value="{escape(part)}" '
            f'aria-label="{escape(self.label)}">'
            for part in (many(value) + ["", ""])[: 2 if operator == "between" else 1]
        ]
        return mark_safe("".join(inputs))


class OwnAddress(OwnLook):
    """Province, city and district by choice, and the rest as text: {"region": code, "street": text}."""

    kind = "address"
    wide = True
    compares = "full"
    operators = {
        "contains": _("contains"),
        "lacks": _("does not contain"),
        "starts": _("starts with"),
        **EMPTY_OPERATORS,
    }

    def __init__(self, own: OwnField) -> None:
        super().__init__(own)
        self._region = RegionLook(own.key, own.word, field=models.CharField(blank=True))

    def load(self, stored: Any) -> Any:
        return {"region": stored.get("region", ""), "street": stored.get("street", "")}

    def dump(self, value: Any) -> Any:
        return {**self.load(value), "full": self.text(value)}

    def blank(self, value: Any) -> bool:
        return not value or not (value.get("region") or value.get("street"))

    def text(self, value: Any) -> str:
        if not value:
            return ""
        return " ".join(filter(None, (full_name(value.get("region", "")), value.get("street", ""))))

    def raw(self, value: Any) -> Raw:
        return [value.get("region", ""), value.get("street", "")] if value else ""

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        region, street = ([*raw, "", ""] if isinstance(raw, list) else ["", raw, ""])[:2]
        label, invalid_mark = escape(_("Street, house, room")), ' aria-invalid="true"' if invalid else ""
        return mark_safe(
            f'<div class="own-address">{self._region.widget(name, region)}<input type="text" class="form-control" '
            f'name="{escape(name)}" value="{escape(street)}" maxlength="200" placeholder="{label}" aria-label="{label}"'
            f"{invalid_mark}></div>"
        )

    def parse(self, raw: Raw, by: Any) -> Any:
        if isinstance(raw, list) and len(raw) > 1:
            return self._checked(clean_text(raw[0]), clean_text(raw[1]))
        return self._split(clean_text(one(raw)))

    def _split(self, text: str) -> Any:
        """An address in one text: as much of its beginning as is a place that we know, and the rest."""
        for end in [at for at, char in enumerate(text[:30], 1) if char in "省市区县旗盟州 "][::-1]:
            if code := find_division(text[:end]):
                return self._checked(code, text[end:].strip())
        return self._checked("", text)

    def _checked(self, region: str, street: str) -> Any:
        if region and region not in divisions():
            found = find_division(region)
            if not found:
                raise Refused(_("“%(text)s” is no province, city or district that we know.") % {"text": region[:40]})
            region = found
        if len(street) > 200:
            raise Refused(_("At most %(most)s characters, you have %(have)s.") % {"most": 200, "have": len(street)})
        value = {"region": region, "street": street}
        return self.empty_value() if self.blank(value) else value

    def to_json(self, value: Any) -> Any:
        return self.load(value) if value else None

    def from_json(self, value: Any, by: Any) -> Any:
        if value is None or isinstance(value, str):
            return self.parse(value or "", by)
        if not isinstance(value, dict) or not all(isinstance(value.get(n, ""), str) for n in ("region", "street")):
            raise Refused(_("An address is expected: {region, street}."))
        return self._checked(clean_text(value.get("region", "")), clean_text(value.get("street", "")))

    def schema(self) -> dict[str, Any]:
        parts = {"region": {"type": "string"}, "street": {"type": "string"}}
        return {"type": ["object", "string", "null"], "properties": parts}
