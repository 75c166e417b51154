"""Whatever is asked: the numbers of a pivot are those of a plain recomputation, and each leads to as many records."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.models import Customer
from haike.find.share import Share
from haike.insight.answer import ALL, Answer
from haike.insight.question import read_question
from haike.insight.table import Links
from haike.kernel.entity import entity_of
from haike.kernel.record import writer
from haike.kernel.selection import Selection

pytestmark = [pytest.mark.django_db, pytest.mark.feature("R6", "R10")]
START = datetime(2024, 2, 27, 15, 30, tzinfo=UTC)
CODES = ["", "440000", "440300", "440305", "310000", "310115", "320500"]
SPANS = ["created_at.day", "created_at.week", "created_at.month", "created_at.quarter", "created_at.year"]
OTHERS = "owner level region.province region.city department owner.department created_by changed_at.month".split()
MEASURES = "count,credit_limit.sum,credit_limit.avg,credit_limit.min,credit_limit.max"
FILTERS = [
    "", '{"all":[{"field":"level","op":"one_of","value":["a","b"]}]}',
    '{"any":[{"field":"level","op":"empty","value":""},{"field":"region","op":"in","value":"440000"}]}',
    '{"all":[{"field":"created_at","op":"between","value":["2024-03-01","2024-04-30"]}]}',
    '{"all":[{"field":"owner","op":"empty","value":""}]}',
]  # fmt: skip


@pytest.fixture
def many(staff):
    rnd, people = random.Random(11), [staff.ann, staff.ben, staff.cat, staff.boss, None]
    rows = []
    for number in range(90):
        owner = rnd.choice(people)
        at = START + timedelta(minutes=rnd.randrange(60 * 24 * 130))
        values = {"owner": owner, "department": owner and rnd.choice([owner.department, staff.company])}
        values |= {"level": rnd.choice(["a", "b", None]), "region": rnd.choice(CODES), "created_by": rnd.choice(people)}
        values |= {"created_at": at, "changed_at": at + timedelta(days=rnd.randrange(60)), "version": 1}
        values |= {name: at if rnd.random() < 0.1 else None for name in ("archived_at", "deleted_at")}
        values |= {"credit_limit": Decimal(rnd.randrange(100_000)) / 100}
        rows.append(Customer(name=f"客户{number}", number=f"KH{number}", **values))
    with writer():
        made = Customer.objects.bulk_create(rows)
    foreign = [row for row in made if row.owner_id in (staff.ann.pk, None)][:6]
    for row in foreign:
        Share.objects.create(entity="customers.customer", record_id=row.pk, user_id=staff.cat.pk, by=staff.boss)
    return staff


def plain_key(name, row, staff):
    """The value of a record under a dimension, worked out anew."""
    field, __, part = name.partition(".")
    value = getattr(row, field)
    if part in ("day", "week", "month", "quarter", "year"):
        day = timezone.localtime(value).date()
        return {
            "day": day, "week": day - timedelta(days=day.isoweekday() - 1), "month": day.replace(day=1),
            "quarter": day.replace(day=1, month=[1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10][day.month - 1]),
            "year": day.replace(day=1, month=1),
        }[part]  # fmt: skip
    if field == "region":
        return (value or "")[: {"province": 2, "city": 4}[part]] or None
    if part == "department":
        return value.department_id if value else None
    return getattr(value, "pk", value) or None


def close(some, other):
    return (some is None) == (other is None) and (
        some is None or abs(Decimal(some) - Decimal(other)) < Decimal("0.005")
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_sums_are_those_of_a_plain_recomputation(data, many):
    user = data.draw(st.sampled_from([many.ann, many.ben, many.cat, many.boss]))
    names = data.draw(st.lists(st.sampled_from(SPANS + OTHERS), max_size=3, unique=True))
    rows, column = names[:2], "".join(names[2:])
    if column == "created_at.day":
        rows, column = [column, *rows[:1]], rows[1]
    query = {"f": data.draw(st.sampled_from(FILTERS)), "tab": "all"}
    if data.draw(st.booleans()):
        query["archived"] = "1"
    entity = entity_of(Customer)
    asked = {"rows": rows[0] if rows else "-", "then": "".join(rows[1:]), "column": column, "measure": MEASURES}
    question = read_question(entity, user, asked)
    assert ([d.key for d in question.rows], question.missing) == (rows, ())
    selection = Selection.from_query(entity, user, query)
    answer = Answer(question, selection)

    found = Customer.objects.visible_to(user).filter(selection.filter.q(user))
    found = found.filter(archived_at__isnull="archived" not in query).select_related("owner", "created_by")
    plain = defaultdict(list)
    for row in {row.pk: row for row in found}.values():
        keys = [plain_key(name, row, many) for name in [*rows, *([column] if column else [])]]
        plain[tuple(keys[: len(rows)]), keys[-1] if column else ALL].append(row.credit_limit)
    got = {
        (keys, at): tally
        for keys, side in answer.sides.items()
        for at, tally in side.items()
        if at is not ALL or not column
    }
    assert {key: tally.number for key, tally in got.items()} == {key: len(values) for key, values in plain.items()}
    for key, values in plain.items():
        given_ = [value for value in values if value is not None]
        expected = [len(values), *(
            [sum(given_), sum(given_) / len(given_), min(given_), max(given_)] if given_ else [None] * 4)]  # fmt: skip
        told = [answer.value({ALL: got[key]}, ALL, measure) for measure in question.measures]
        assert all(close(one, other) for one, other in zip(told, expected, strict=True)), (key, told, expected)
    total = answer.whole[ALL].number if plain else 0
    assert total == sum(map(len, plain.values())) == selection.find.exact_count()

    # Lines that are in no other one add up to the whole, and each number leads to as many records.
    assert not rows or sum(row.side.get(ALL).number for row in answer.rows if not row.within and row.side) == total
    links = Links(entity.url, {name: value for name, value in query.items() if value}, selection.filter)
    lines = data.draw(st.permutations(answer.rows))[:3]
    for line in lines:
        for at, conditions in [*((c.key, c.conditions) for c in answer.columns[:6]), (ALL, [])]:
            url = links.url(links.piece(line.conditions), links.piece(conditions))
            if url and at in line.side:
                there = Selection.from_query(entity, user, dict(parse_qsl(urlsplit(url).query)))
                assert there.find.exact_count() == line.side[at].number, (url, line.text)
