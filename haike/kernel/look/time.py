"""Looks of days and moments."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.days import day_text, in_english
from haike.digits import whole
from haike.kernel.escape import escape
from haike.kernel.icon import icon
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Look, Raw, many, one, shows
from haike.kernel.period import PERIOD_LABELS, span, start_of, today
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import parse_date, parse_datetime

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


@shows(models.DateField)
class DateLook(Look):
    """A day."""

    kind = "date"
    input_type = "date"
    operators = {
        "in": _("in the period"),
        "on": _("is on"),
        "before": _("is before"),
        "after": _("is after"),
        "between": _("is between"),
        "last": _("within the last … days"),
        "next": _("within the next … days"),
        "older": _("more than … days ago"),
        "stale": _("never or more than … days ago"),
        **EMPTY_OPERATORS,
    }

    def text(self, value: Any) -> str:
        return value.strftime("%Y-%m-%d") if value else ""

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        shown = day_text(value, year=value.year != today().year)
        return f'<time datetime="{value.isoformat()}" title="{value.isoformat()}">{shown}</time>'

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return mark_safe(
            f'<div class="date-field"><input type="{self.input_type}" class="form-control" data-island="date" '
            f'value="{escape(one(raw))}" {self.attributes(name, invalid=invalid)}>{icon("calendar")}</div>'
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = one(raw).strip()
        return self.fit(parse_date(text)) if text else self.empty_value()

    def empty_value(self) -> Any:
        super().empty_value()
        return None

    def fit(self, day: date) -> date:
        """Refuse days that are surely a mistake."""
        if not EARLIEST <= day <= LATEST:
            raise Refused(_("The date must lie between 1900 and 2199."))
        return day

    def to_json(self, value: Any) -> Any:
        return value.isoformat() if value else None

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}

    def from_log(self, value: Any) -> str:
        return value or ""

    def to_sheet(self, value: Any) -> Any:
        return value

    def from_sheet(self, value: Any, by: Actor) -> Any:
        if isinstance(value, datetime):
            return self.fit(value.date())
        if isinstance(value, date):
            return self.fit(value)
        return super().from_sheet(value, by)

    def textual(self) -> bool:
        return False

    def bound(self, day: date) -> Any:
        """The first instant of a day, as the column holds it."""
        return day

    def between(self, first: date | None, after: date | None) -> Q:
        """Rows from `first` to before `after`."""
        found = Q()
        if first is not None:
            found &= Q(**{f"{self.column}__gte": self.bound(first)})
        if after is not None:
            found &= Q(**{f"{self.column}__lt": self.bound(after)})
        return found

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return super().condition(operator, value, by)
        given, day = many(value), timedelta(days=1)
        if not given:
            raise Refused(_("Enter a value for: %(label)s.") % {"label": self.label})
        if operator == "in":
            if given[0] not in PERIOD_LABELS:
                raise Refused(_("Unknown period: %(period)s.") % {"period": given[0]})
            return self.between(*span(given[0]))
        if operator in ("last", "next", "older", "stale"):
            if (number := whole(given[0])) is None or number > 36_500:
                raise Refused(_("Enter a number of days."))
            days = timedelta(days=number)
            if operator == "last":
                return self.between(today() - days, today() + day)
            if operator == "next":
                return self.between(today(), today() + days + day)
            past = self.between(None, today() - days)
            return past if operator == "older" else past | self.is_blank()
        days_given = [parse_date(part) for part in given]
        if operator == "between":
            return self.between(min(days_given), max(days_given) + day)
        spans = {
            "on": (days_given[0], days_given[0] + day),
            "before": (None, days_given[0]),
            "after": (days_given[0] + day, None),
        }
        return self.between(*spans[operator])

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        label, given = escape(self.label), many(value)
        if operator in EMPTY_OPERATORS:
            return mark_safe("")
        if operator == "in":
            options = "".join(
                f'<option value="{key}"{" selected" if key in given else ""}>{escape(text)}</option>'
                for key, text in PERIOD_LABELS.items()
            )
            return mark_safe(
                f'<select class="form-select" name="{escape(name)}" aria-label="{label}">{options}</select>'
            )
        days = operator in ("last", "next", "older", "stale")
        kind = 'type="number" min="0"' if days else 'type="date" data-island="date"'
        inputs = [
            f'<input {kind} class="form-control" name="{escape(name)}" value="{escape(part)}" aria-label="{label}">'
            for part in (given + ["", ""])[: 2 if operator == "between" else 1]
        ]
        return mark_safe("".join(inputs))

    def say(self, operator: str, value: Any) -> str:
        given = many(value)
        if operator == "in" and given:
            return f"{self.label}: {PERIOD_LABELS.get(given[0], given[0])}"
        if operator in ("last", "next", "older", "stale") and given:
            return f"{self.label}: {self.operators[operator]}".replace("…", given[0])
        return super().say(operator, value)


def _moment(value: datetime, zone: tzinfo, year: str) -> str:
    # 2026-03-09 14:05:00, cut to what is shown; strftime would take as long as all the rest.
    local = str(value.astimezone(zone))
    text = local[:19]
    shown = text[5:16] if text.startswith(year) else text[:10]
    return f'<time datetime="{local}" title="{text}">{shown}</time>'


def _english_moment(value: datetime, zone: tzinfo, year: str) -> str:
    local = value.astimezone(zone)
    this_year = str(local.year) == year
    shown = day_text(local, year=not this_year) + (f" {local:%H:%M}" if this_year else "")
    return f'<time datetime="{local}" title="{day_text(local, year=True)} {local:%H:%M:%S}">{shown}</time>'


@shows(models.DateTimeField)
class MomentLook(DateLook):
    """A moment; stored in UTC, shown in the user's time zone, the year only when it differs."""

    kind = "datetime"
    input_type = "datetime-local"

    def text(self, value: Any) -> str:
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""

    def cell(self, value: Any) -> str:
        return self.cells([value])[0]

    def cells(self, values: Sequence[Any]) -> list[str]:
        zone = timezone.get_current_timezone()
        year = str(datetime.now(zone).year)
        shown = _english_moment if in_english() else _moment
        return [shown(value, zone, year) if value else NOTHING for value in values]

    def raw(self, value: Any) -> Raw:
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if value else ""

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = one(raw).strip()
        return self.fit_moment(parse_datetime(text)) if text else self.empty_value()

    def fit_moment(self, moment: datetime) -> datetime:
        """With a time zone, and within the sensible range."""
        self.fit(moment.date())
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

    def to_json(self, value: Any) -> Any:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}

    def from_log(self, value: Any) -> str:
        return self.text(datetime.fromisoformat(value)) if value else ""

    def to_sheet(self, value: Any) -> Any:
        return timezone.localtime(value).replace(tzinfo=None) if value else None

    def to_sheets(self, values: Sequence[Any]) -> list[Any]:
        zone = timezone.get_current_timezone()
        return [value.astimezone(zone).replace(tzinfo=None) if value else None for value in values]

    def from_sheet(self, value: Any, by: Actor) -> Any:
        if isinstance(value, datetime):
            return self.fit_moment(value)
        if isinstance(value, date):
            return self.fit_moment(datetime.combine(value, time.min))
        return Look.from_sheet(self, value, by)

    def bound(self, day: date) -> Any:
        return start_of(day)
