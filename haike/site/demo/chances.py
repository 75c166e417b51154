"""Opportunities of the sample company: a year of them with the way that each has gone, written in bulk."""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from haike.catalog.lines.record import PENDING, present_rounding, usually_taxed
from haike.catalog.models import Product
from haike.customers.models import Customer
from haike.kernel.change import index
from haike.kernel.currency import OWN
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.numbers import take_numbers
from haike.kernel.record import writer
from haike.people.models import User
from haike.sales.models import Opportunity, OpportunityLine, Stage, StageMove
from haike.sales.opportunity.history import days_between
from haike.sales.opportunity.record import LOST, OPEN, WON, with_stage
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.site.demo.chance import Chance, spread
from haike.site.demo.rows import Table, load
from haike.site.demo.talk_texts import GOODS

LEAST, SHARE = 400, 0.3
"""A small company has so many, or one for every second customer; a larger one so many per customer."""
CHUNK, INDEXED = 2_000, 500
YEAR = 365
GOES_ON = (0.72, 0.76, 0.74, 0.82, 0.90)
"""The share of opportunities that come out of each of the usual stages to the next, or are won."""
TITLES = (
    "{product}采购",
    "{product}年度框架",
    "{product}试单",
    "{product}补货",
    "新厂{product}配套",
    "{product}换供应商",
)
NEEDS = (
    "每月约 {many}{unit}{product}，要稳定交期",
    "{product}{many}{unit}，先打样确认",
    "比现用的{product}便宜一成",
    "{product}要检测报告，月结 30 天",
)
NOTES = (
    "客户同意看样",
    "使用部门认可，等采购排期",
    "预算已批",
    "在等老板签字",
    "价格还差一点",
    "要求先试用一批",
    "竞争对手也在报价",
)
RIVALS = ("华印标签", "恒达包装", "正彩印务", "金利不干胶")
KINDS = spread({"new": 45, "repeat": 30, "upsell": 12, "project": 8, "tender": 5}, 100)
LOST_FOR = spread(
    {"price": 34, "competitor": 24, "silent": 16, "budget": 10, "stopped": 8, "delivery": 5, "terms": 3}, 100
)
WON_FOR = spread({"quality": 28, "price": 24, "relation": 20, "service": 14, "delivery": 14}, 100)


def number_of_chances(customers: int) -> int:
    """How many opportunities a sample company with so many customers has."""
    return max(min(LEAST, customers // 2), int(customers * SHARE))


class SampleChances:
    """Each begins on some day of the year and walks through the stages until today or until it is decided."""

    def __init__(self, customers: range, *, seed: int, now: datetime) -> None:
        self.customers, self.now, self.chance = customers, now, Chance(seed + 7)
        self.names = dict(User._base_manager.values_list("pk", "name"))
        self.moves: list[StageMove] = []
        self.lines: list[OpportunityLine] = []
        self.products: dict[str, list[Any]] = defaultdict(list)
        for product in Product._base_manager.filter(on_sale=True, deleted_at=None).order_by("pk"):
            self.products[product.name].append(product)
        self.priced = present_rounding(), usually_taxed()
        written: list[type[models.Model]] = [Opportunity, OpportunityLine, StageMove, Change]
        self.tables = {model: Table(model, connection.vendor) for model in written}

    def write(self, first: int, count: int, report: Callable[[int, int], None] = lambda *_: None) -> None:
        """Make `count` of them from the key `first` on, in transactions of some thousand.

        A company that has put its pipelines away gets none.
        """
        pipelines = pipelines_in_use()
        stages = stages_of(pipelines[0].pk) if pipelines else []
        known = self._customers(count)
        if not stages or not known:
            return
        each = 2 if count <= LEAST else 5
        for start in range(0, count, CHUNK):
            some = range(start, min(start + CHUNK, count))
            self.moves, self.lines = [], []
            made = [self._one(first + at, stages, known[(at * 7) % len(known)], at % each == 0) for at in some]
            with transaction.atomic(), writer():
                self._number(made)
                self._load(Opportunity, made)
                self._load(OpportunityLine, self.lines)
                self._load(StageMove, self.moves)
                self._load(Change, [self._log(one) for one in made])
                for place in range(0, len(made), INDEXED):
                    index(made[place : place + INDEXED])
            report(some.stop, count)

    def _customers(self, count: int) -> list[Any]:
        owned = Customer._base_manager.filter(pk__gte=self.customers.start, pk__lt=self.customers.stop)
        rows = owned.filter(pool=None, owner__isnull=False, deleted_at=None).order_by("pk")
        return list(rows.values_list("pk", "owner", "department", "source")[: max(count, 4 * LEAST)])

    def _load(self, model: type[models.Model], records: Sequence[Any]) -> None:
        table = self.tables[model]
        names = [field.attname for field in model._meta.concrete_fields if field.attname in table.place]
        names.sort(key=table.place.__getitem__)
        load(connection, table, [[table.plain(getattr(each, name)) for name in names] for each in records])

    def _one(self, key: int, stages: Sequence[Stage], customer: Sequence[Any], with_products: bool) -> Opportunity:
        chance = self.chance
        product, unit, price, numbers = chance.pick(GOODS)
        many = chance.pick(numbers) * chance.number(1, 12)
        begun = self.now - timedelta(days=int(YEAR * chance.random() ** 1.4), minutes=chance.number(10, 500))
        pk, owner, department, source = customer
        amount = Decimal(many * price).quantize(Decimal(1)) + Decimal("0.00")
        made = Opportunity(
            pk=key, title=chance.pick(TITLES).format(product=product), customer_id=pk, kind=chance.pick(KINDS),
            found_on=timezone.localtime(begun).date(), source=source, amount=amount, worth=amount, currency=OWN(),
            needs=chance.pick(NEEDS).format(product=product, unit=unit, many=many), stage=stages[0],
            closes_on=timezone.localtime(begun).date() + timedelta(days=chance.number(25, 120)),
            probability=stages[0].probability, stage_since=begun,
            created_at=begun, changed_at=begun, created_by_id=owner, changed_by_id=owner, owner_id=owner,
            department_id=department,
        )  # fmt: skip
        if with_products and (variants := self.products.get(product)) and variants[0].price:
            self._product(made, variants[key // 5 % len(variants)], many)
        self._move(made, None, begun)
        self._walk(made, stages)
        made.prepare()
        return made

    def _product(self, made: Opportunity, product: Any, many: int) -> None:
        """Let it be about so many of a product, by which it gets its amount."""
        line = OpportunityLine(
            document_id=made.pk, key=1, position=1, product=product, name=str(product), unit=str(product.unit_name),
            quantity=Decimal(many), list_price=product.price or Decimal(0), fixed="discount",
            discount=Decimal(95 if many >= 500 else 100), tax_rate=product.tax_rate, cost=product.cost_price,
        )  # fmt: skip
        made.lines, (made.rounding, made.taxed) = [line], self.priced
        made.amount = made.worth = made.reckon().total
        # It is written with the others, and nothing of it is left to be filled in.
        self.lines += made.__dict__.pop(PENDING)

    def _walk(self, made: Opportunity, stages: Sequence[Stage]) -> None:
        chance, at = self.chance, made.created_at
        for place, stage in enumerate(stages):
            at += timedelta(days=max(0.4, (stage.days or 14) * (0.15 + 1.5 * chance.random() ** 2)))
            if at >= self.now:
                break
            before = self.moves[-1]
            if not chance.happens(GOES_ON[min(place, len(GOES_ON) - 1)]):
                made.state, made.probability = LOST, 0
                made.lost_reason = chance.pick(LOST_FOR)
                made.lost_to = chance.pick(RIVALS) if made.lost_reason == "competitor" else ""
            elif place + 1 == len(stages):
                made.state, made.probability, made.won_reason = WON, 100, chance.pick(WON_FOR)
            else:
                made.stage, made.stage_since = stages[place + 1], at
                made.probability = min(99, max(1, stages[place + 1].probability + 5 * chance.number(-1, 1)))
                made.stage_note = chance.pick(NOTES) if chance.happens(0.6) else made.stage_note
            made.changed_at = at
            self._move(made, before, at)
            if made.state != OPEN:
                made.closed_on = timezone.localtime(at).date()
                return
        # What is still open is expected in the weeks around today; some of it is late.
        made.closes_on = timezone.localtime(self.now).date() + timedelta(days=chance.number(-12, 75))

    def _move(self, made: Opportunity, before: StageMove | None, at: datetime) -> None:
        row = StageMove(
            opportunity_id=made.pk, at=at, by_id=made.owner_id, to_stage=made.stage, to_state=made.state,
            to_probability=made.probability or 0, note=made.stage_note, amount=made.amount, currency=made.currency,
            worth=made.worth, since=made.stage_since,
        )  # fmt: skip
        made.visited = with_stage(made.visited, made.stage.pk)
        if before is not None:
            row.from_stage_id, row.from_state = before.to_stage_id, before.to_state
            row.from_probability, row.days = before.to_probability, days_between(before.since, at)
        self.moves.append(row)

    def _number(self, made: Sequence[Opportunity]) -> None:
        pattern = Opportunity._meta.get_field("number").pattern
        months = Tally(each.found_on.replace(day=1) for each in made)
        numbers: dict[date, Any] = {
            month: iter(take_numbers(pattern, on=month, count=count)) for month, count in months.items()
        }
        for each in sorted(made, key=lambda one: one.created_at):
            each.number = next(numbers[each.found_on.replace(day=1)])

    def _log(self, made: Opportunity) -> Change:
        return Change(
            entity=entity_of(Opportunity).label, record_id=made.pk, at=made.created_at, by_id=made.owner_id,
            by_name=self.names.get(made.owner_id or 0, ""), action="create", version=1,
        )  # fmt: skip
