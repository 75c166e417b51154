"""What reports on opportunities are asked for: pipeline, owner or department, product, period and comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from haike.catalog.product.record import Product
from haike.digits import whole
from haike.kernel.entity import Label, entity_of
from haike.kernel.period import PERIOD_LABELS, PERIODS, start_of, today
from haike.people.grants import organisation
from haike.sales.months import months_on
from haike.sales.opportunity.products import about, parts_by_product
from haike.sales.opportunity.record import Opportunity
from haike.sales.opportunity.stage import Pipeline, pipelines_in_use

OFFERED = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year")
OWN_DAYS = "days"
"""The period whose days are entered."""
EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)
BEFORE, YEAR_AGO = "before", "year"
COMPARISONS: dict[str, Label] = {
    "": _("Not compared"),
    BEFORE: _("With the period before"),
    YEAR_AGO: _("With the same days a year ago"),
}


@dataclass(frozen=True)
class Span:
    """Days from `first` to before `after`."""

    first: date
    after: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.after - timedelta(days=1)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From when to before when, in the current time zone."""
        return start_of(self.first), start_of(self.after)

    def before(self) -> Span:
        """As many days or months just before; whole months are compared with whole months."""
        if self.first.day == 1 and self.after.day == 1:
            months = (self.after.year - self.first.year) * 12 + self.after.month - self.first.month
            return Span(months_on(self.first, -months), self.first)
        return Span(self.first - (self.after - self.first), self.first)

    def year_ago(self) -> Span:
        """The same days of the year before."""
        return Span(months_on(self.first, -12), months_on(self.after, -12))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


@dataclass(frozen=True)
class Choice:
    """One choice of a field above a report."""

    key: str
    label: Label
    chosen: bool


class Asked:
    """A report's question, read from the query of an address; what cannot be read is left at its usual value.

    Only what the reader may see is counted and offered: pipelines, people and departments in his scope. `every` says
    that all pipelines together can be asked for, which is the usual then.
    """

    def __init__(self, user: Any, query: Mapping[str, str], *, usual: str = "this_year", every: bool = False) -> None:
        self.user, self.entity = user, entity_of(Opportunity)
        if not self.entity.policy.may(user, "view") or not self.reads("stage", "state"):
            raise Http404
        self.every, self.pipelines = every, pipelines_in_use()
        key = whole(query.get("pipeline"))
        self.pipeline: Pipeline | None = next((each for each in self.pipelines if each.pk == key), None)
        if self.pipeline is None and self.pipelines and not every:
            self.pipeline = self.pipelines[0]
        self.period = query.get("period", "") if query.get("period") in (*OFFERED, OWN_DAYS) else usual
        self.span = self._span(query)
        self.compare = query.get("compare", "") if query.get("compare") in COMPARISONS else ""
        self.people, self.departments = self._people()
        owner, department = whole(query.get("owner")), whole(query.get("department"))
        self.owner = owner if owner in self.people else None
        self.department = department if department in self.departments else None
        self.by_product = parts_by_product(user)
        key = whole(query.get("product")) if self.by_product else None
        seen: Any = Product.objects.visible_to(user)
        self.product: Any = seen.filter(pk=key).first() if key is not None else None

    def reads(self, *names: str) -> bool:
        """Whether the reader may read these fields."""
        return all(self.entity.right(self.user, name) in ("edit", "read") for name in names)

    def _span(self, query: Mapping[str, str]) -> Span:
        if self.period == OWN_DAYS:
            days = [day for name in ("first", "last") if (day := _day(query.get(name, ""))) is not None]
            if len(days) == 2 and min(days) > EARLIEST and max(days) < LATEST:
                return Span(min(days), max(days) + timedelta(days=1))
            return Span(today().replace(day=1), today() + timedelta(days=1))
        first, after = PERIODS[self.period](today())
        assert first is not None
        assert after is not None
        return Span(first, after)

    def _people(self) -> tuple[dict[int, str], dict[int, str]]:
        """Owners and departments that lie in the reader's scope, by key."""
        known = organisation()
        seen = self.user.grants.owner_ids(self.entity.label, "view")
        keys = set(known.users) if seen is None else {*seen, self.user.pk} & set(known.users)
        named = {key: str(known.users[key]) for key in keys if known.users[key].is_active}
        inside = {known.users[key].department_id for key in named} - {None}
        above = {int(part) for key in inside for part in known.paths.get(key, "").split("/") if part}
        departments = {key: str(known.departments[key]) for key in above | inside if key in known.departments}
        return dict(sorted(named.items(), key=_by_name)), dict(sorted(departments.items(), key=_by_name))

    @property
    def compared(self) -> Span | None:
        """The days with which it is compared."""
        return {BEFORE: self.span.before, YEAR_AGO: self.span.year_ago}.get(self.compare, lambda: None)()

    @property
    def with_amounts(self) -> bool:
        """Whether the reader may know amounts."""
        return self.reads("worth")

    def rows(self) -> QuerySet[Any]:
        """The opportunities that the reader sees of this pipeline, owner, department and product, of all times."""
        return self._narrowed(Opportunity.objects.visible_to(self.user))

    def arms(self) -> list[QuerySet[Any]]:
        """The same in parts that have no row in common; what is counted in each adds up."""
        return [self._narrowed(Opportunity.objects.live().filter(arm)) for arm in self._arms]

    @cached_property
    def _arms(self) -> list[Q]:
        return self.entity.policy.scope(self.user).arms()

    def _narrowed(self, found: QuerySet[Any]) -> QuerySet[Any]:
        where = Q() if self.every and self.pipeline is None else Q(pipeline=self.pipeline.pk if self.pipeline else None)
        if self.owner is not None:
            where &= Q(owner=self.owner)
        if self.department is not None:
            where &= Q(department__in=organisation().subtree([self.department]))
        if self.product is not None:
            where &= about(self.product.pk, self.user)
        return found.filter(where).order_by()

    def begun(self, span: Span) -> list[QuerySet[Any]]:
        """Those that were entered on these days, in such parts."""
        first, after = span.moments
        return [rows.filter(created_at__gte=first, created_at__lt=after) for rows in self.arms()]

    def closed(self, span: Span) -> QuerySet[Any]:
        """Those that were won or lost on these days."""
        return self.rows().filter(closed_on__gte=span.first, closed_on__lt=span.after)

    # -- the fields above a report -------------------------------------------------------------------------------------

    def choices(self) -> dict[str, list[Choice]]:
        """The choices of each field; a field with one choice is left out."""
        pipeline = self.pipeline.pk if self.pipeline else None
        found = {
            "pipeline": _choices(
                {each.pk: str(each) for each in self.pipelines}, pipeline, _("All pipelines") if self.every else ""
            ),
            "department": _choices(self.departments, self.department, _("All departments")),
            "owner": _choices(self.people, self.owner, _("All owners")),
        }
        return {
            name: some
            for name, some in found.items()
            if len(some) > (1 if name == "pipeline" and not self.every else 2)
        }

    def periods(self) -> list[Choice]:
        """The periods."""
        labels = {**{key: PERIOD_LABELS[key] for key in OFFERED}, OWN_DAYS: _("Days of one's own")}
        return [Choice(key, label, key == self.period) for key, label in labels.items()]

    def comparisons(self) -> list[Choice]:
        """What it can be compared with."""
        return [Choice(key, label, key == self.compare) for key, label in COMPARISONS.items()]

    def query(self, **changes: Any) -> str:
        """The query of an address that asks the same with some of it changed."""
        usual = None if self.every or not self.pipelines else self.pipelines[0]
        parts: dict[str, Any] = {
            "pipeline": self.pipeline.pk if self.pipeline and self.pipeline != usual else "",
            "department": self.department, "owner": self.owner, "period": self.period, "compare": self.compare,
            "product": self.product.pk if self.product is not None else "",
        }  # fmt: skip
        if self.period == OWN_DAYS:
            parts |= {"first": self.span.first, "last": self.span.last}
        return urlencode({name: value for name, value in {**parts, **changes}.items() if value})


def _by_name(pair: tuple[int, str]) -> str:
    return pair[1]


def _choices(named: Mapping[int, str], chosen: int | None, every: Label = "") -> list[Choice]:
    found = [Choice(str(key), label, key == chosen) for key, label in named.items()]
    return [Choice("", every, chosen is None), *found] if every else found
