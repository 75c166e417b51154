"""The sums of documents against a slow exact model in fractions, and against the copy for the browser."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import asdict, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.catalog.lines.arithmetic import (
    CENT,
    DOCUMENT,
    DROP,
    LINE,
    TENTH,
    UNIT,
    WHOLE,
    Figures,
    NothingToSpread,
    Reckoned,
    Rule,
    reckoned,
    settled,
    turned,
)

pytestmark = pytest.mark.feature("Q1", "M7")
ISLAND = Path(__file__).parents[2] / "islands" / "arithmetic.js"
RULES = st.builds(
    Rule,
    places=st.sampled_from([2, 0, 3]),
    price_places=st.sampled_from([2, 4, 0]),
    per=st.sampled_from([LINE, DOCUMENT]),
    total=st.sampled_from([CENT, TENTH, UNIT, DROP]),
    taxed=st.booleans(),
)


def numbers(most: str, places: int, least: str = "0") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(least), Decimal(most), places=places, allow_nan=False, allow_infinity=False)


@st.composite
def lines(draw: Any, rule: Rule) -> Figures:
    """A line as a user leaves it: three of its numbers typed one after the other."""
    line = Figures(
        quantity=draw(numbers("99999", 4, "0.0001")),
        list_price=draw(st.one_of(st.just(Decimal(0)), numbers("99999", 2))),
        tax_rate=draw(st.sampled_from([Decimal(0), Decimal(3), Decimal(6), Decimal("13.00"), Decimal("5.25")])),
        gift=draw(st.integers(0, 5)) == 0,
    )
    line = turned(line, "list_price", line.list_price, rule)
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(["discount", "price", "amount", "quantity"]))
        value = {
            "discount": numbers("150", 4),
            "price": numbers("99999", rule.price_places),
            "amount": numbers("999999", rule.places),
            "quantity": numbers("9999", 4, "0.0001"),
        }[name]
        line = turned(line, name, draw(value), rule)
    return line


@st.composite
def documents(draw: Any) -> tuple[list[Figures], Rule, Decimal, Decimal | None]:
    rule = draw(RULES)
    some = draw(st.lists(lines(rule), max_size=5))
    by_hand = draw(st.one_of(st.none(), numbers("9999999", rule.places)))
    return some, rule, draw(st.one_of(st.just(WHOLE), numbers("120", 4))), by_hand


def half_up(value: Fraction, places: int) -> Fraction:
    return Fraction((value * 10**places + Fraction(1, 2)).__floor__(), 10**places)


def exact_total(some: list[Figures], rule: Rule, discount: Decimal, by_hand: Decimal | None) -> Fraction:
    """The total of a document by the book, in fractions."""
    gross = []
    for line in some:
        amount = Fraction(line.amount if line.fixed == "amount" else line.quantity * line.price)
        amount = Fraction(0) if line.gift else amount
        rate = Fraction(0) if rule.taxed else Fraction(line.tax_rate) / 100
        if rule.per == LINE:
            amount = half_up(amount, rule.places)
            gross.append(amount + half_up(amount * rate, rule.places))
        else:
            gross.append(amount * (1 + rate))
    before = half_up(sum(gross, Fraction(0)), rule.places)
    if by_hand is not None:
        return Fraction(by_hand)
    after = before * Fraction(discount) / 100
    if rule.total == DROP:
        return Fraction(after.__floor__())
    return half_up(after, {CENT: rule.places, TENTH: min(1, rule.places), UNIT: 0}[rule.total])


@settings(max_examples=30, deadline=None)
@given(documents())
def test_lines_and_tax_are_the_total_and_the_total_is_the_exact_one(document: Any) -> None:
    some, rule, discount, by_hand = document
    try:
        found = reckoned(some, rule, discount=discount, by_hand=by_hand)
    except NothingToSpread:
        assert by_hand
        assert not any(line.amount for line in some if not line.gift)
        return
    assert Fraction(found.total) == exact_total(some, rule, discount, by_hand)
    assert found.net + found.tax == found.total == sum(share.total for share in found.shares)
    assert found.net == sum(share.net for share in found.shares)
    assert found.tax == sum(share.tax for share in found.shares)
    coin = Fraction(1, 10**rule.places)
    tax = Fraction(0)
    for line, share in zip(some, found.shares, strict=True):
        assert share.net + share.tax == share.total
        assert min(share.net, share.tax) >= 0
        if line.gift:
            assert not share.total
        elif line.fixed == "amount":
            assert share.amount == line.amount
        rate = Fraction(line.tax_rate) / 100
        exact = Fraction(share.total) * rate / (1 + rate)
        assert abs(Fraction(share.tax) - exact) < coin if rule.per == DOCUMENT else True
        tax += exact
    if rule.per == LINE:
        assert all(
            Fraction(share.tax)
            == half_up(Fraction(share.total) * Fraction(line.tax_rate) / (100 + Fraction(line.tax_rate)), rule.places)
            for line, share in zip(some, found.shares, strict=True)
        )
    else:
        rates = len({line.tax_rate for line in some})
        assert abs(Fraction(found.tax) - tax) <= rates * coin / 2


@settings(max_examples=30, deadline=None)
@given(documents())
def test_a_part_is_never_a_coin_away_from_its_exact_proportion(document: Any) -> None:
    some, rule, discount, by_hand = document
    try:
        found = reckoned(some, rule, discount=discount, by_hand=by_hand)
        before = reckoned(some, replace(rule, total=CENT))
    except NothingToSpread:
        return
    for share, first in zip(found.shares, before.shares, strict=True):
        if before.total:
            exact = Fraction(found.total) * Fraction(first.total) / Fraction(before.total)
            assert abs(Fraction(share.total) - exact) < Fraction(1, 10**rule.places)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_what_was_typed_stands_and_the_others_follow(data: Any) -> None:
    rule = data.draw(RULES)
    line = data.draw(lines(rule))
    assert settled(line, rule) == line
    if line.gift:
        assert not line.amount + line.price
        return
    amount = data.draw(numbers("999999", rule.places))
    by_amount = turned(line, "amount", amount, rule)
    assert by_amount.amount == amount
    assert Fraction(by_amount.price) == half_up(Fraction(amount) / Fraction(line.quantity), rule.price_places)
    price = data.draw(numbers("99999", rule.price_places))
    by_price = turned(by_amount, "price", price, rule)
    assert by_price.price == price
    assert Fraction(by_price.amount) == half_up(Fraction(line.quantity) * Fraction(price), rule.places)
    if line.list_price:
        assert Fraction(by_price.discount) == half_up(Fraction(price) * 100 / Fraction(line.list_price), 4)
        discount = data.draw(numbers("150", 4))
        by_discount = turned(by_price, "discount", discount, rule)
        assert by_discount.discount == discount
        assert Fraction(by_discount.price) == half_up(
            Fraction(line.list_price) * Fraction(discount) / 100, rule.price_places
        )
        assert turned(by_discount, "quantity", Decimal(3), rule).discount == discount
    assert turned(by_amount, "quantity", Decimal(3), rule).price == by_amount.price


def test_sums_as_people_know_them() -> None:
    line = turned(Figures(quantity=Decimal(3), tax_rate=Decimal(13)), "price", Decimal("33.33"), Rule())
    found = reckoned([line], Rule())
    assert (found.total, found.tax, found.net) == (Decimal("99.99"), Decimal("11.50"), Decimal("88.49"))
    without = reckoned([line], Rule(taxed=False))
    assert (without.net, without.tax, without.total) == (Decimal("99.99"), Decimal("13.00"), Decimal("112.99"))
    three = [line, line, line]
    assert reckoned(three, Rule(total=DROP)).total == Decimal("299.00")
    by_hand = reckoned(three, Rule(), by_hand=Decimal(100))
    assert [share.total for share in by_hand.shares] == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert by_hand.discount == Decimal("33.3367")
    yen = turned(Figures(quantity=Decimal(3)), "price", Decimal("33.5"), Rule(places=0))
    assert yen.amount == Decimal(101)
    much = replace(line, quantity=Decimal("99999999.9999"), price=Decimal("9999999.9999"), fixed="price")
    long = reckoned([much] * 3, Rule(per=DOCUMENT, price_places=4))
    assert Fraction(long.total) == half_up(3 * Fraction("99999999.9999") * Fraction("9999999.9999"), 2)


def cases(count: int) -> list[dict[str, Any]]:
    """Random typing and what Python makes of it, as JSON."""
    dice, found = random.Random(20251121), []
    for _ in range(count):
        rule = Rule(
            dice.choice([0, 2, 2, 3]), dice.choice([0, 2, 4]), dice.choice([LINE, DOCUMENT]),
            dice.choice([CENT, TENTH, UNIT, DROP]), dice.random() < 0.5,
        )  # fmt: skip
        some, acts = [], []
        for _ in range(dice.randint(0, 6)):
            line = Figures(
                quantity=Decimal(dice.randint(1, 10**6)) / 1000,
                list_price=Decimal(dice.choice([0, dice.randint(0, 10**6)])) / 100,
                tax_rate=Decimal(dice.choice([0, 300, 600, 1300])) / 100,
                gift=dice.random() < 0.1,
            )
            start, typed = asdict(line), []
            for name in dice.choices(["list_price", "discount", "price", "amount", "quantity"], k=3):
                places = {"list_price": 2, "price": rule.price_places, "amount": rule.places}.get(name, 4)
                value = Decimal(dice.randint(1, 2_000_000)).scaleb(-places)
                line = turned(line, name, value, rule)
                typed.append([name, value])
            some.append(line)
            acts.append({"start": start, "typed": typed, "line": asdict(line)})
        hand = Decimal(dice.randint(0, 10**7)).scaleb(-rule.places) if dice.random() < 0.4 else None
        discount = Decimal(dice.choice([100, 95, "87.5", "33.3333"]))
        try:
            sums: Reckoned | None = reckoned(some, rule, discount=discount, by_hand=hand)
        except NothingToSpread:
            sums = None
        found.append({"rule": asdict(rule), "lines": acts, "discount": discount, "hand": hand,
                      "sums": asdict(sums) if sums else None})  # fmt: skip
    return found


RUN = """
import { readFileSync } from "node:fs";
const { reckoned, turned } = await import(process.argv[1]);
const same = (mine, theirs) => Object.entries(theirs).every(([key, value]) =>
  typeof value === "object" && value !== null ? same(mine[key], value)
  : typeof value === "string" && /^[0-9.]+$/.test(value) ? Number(mine[key]) === Number(value) : mine[key] === value);
let wrong = 0;
for (const one of JSON.parse(readFileSync(0, "utf8"))) {
  const turn = (line, [name, value]) => turned(line, name, value, one.rule);
  const typing = ({ start, typed }) => typed.reduce(turn, start);
  const lines = one.lines.map(typing);
  const sums = reckoned(lines, one.rule, one.discount, one.hand);
  const right = lines.every((line, i) => same(line, one.lines[i].line));
  if (!right || (one.sums ? !same(sums, one.sums) : sums !== null)) {
    if (!wrong++) console.log(JSON.stringify({ one, lines, sums }));
  }
}
console.log(`wrong: ${wrong}`);
"""


def test_the_browser_reckons_the_same() -> None:
    sent = json.dumps(cases(200), default=lambda value: format(value, "f"))
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", RUN, ISLAND.as_uri()],
        input=sent, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ran.stdout == "wrong: 0\n", ran.stdout[:3000]
