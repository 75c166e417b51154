"""The language of formulas, against a slow and obvious Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.fields.formula.formula import Formula, find_circle, in_order
from haike.fields.formula.functions import NoValue, rounded
from haike.fields.formula.syntax import rename_fields
from haike.refused import Refused

pytestmark = pytest.mark.feature("P19")
TYPES = {"甲": "number", "乙": "number", "名": "text", "始": "day", "终": "day", "是": "flag"}
RECORD: dict[str, Any] = {
    "甲": Decimal("12.5"),
    "乙": Decimal(4),
    "名": "海客",
    "始": date(2026, 1, 1),
    "终": date(2026, 3, 1),
    "是": True,
}


def run(text: str, record: Mapping[str, Any] = RECORD) -> Any:
    return Formula(text, TYPES).work_out(record.get)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1+2*3", 7),
        ("(1+2)*3", 9),
        ("-{甲}*2", -25),
        ("10-3-2", 5),
        ("{甲} / {乙}", Decimal("3.125")),
        ("｛甲｝×｛乙｝", 50),
        ("ROUND({甲}, 0)", 13),
        ("四舍五入(2.345，2)", Decimal("2.35")),
        ("round(-2.5, 0)", -3),
        ("如果（｛甲｝≥10，“大”，“小”）", "大"),
        ('IF({甲} > 100, 1, "")', None),
        ("min({甲}, {乙}, 9)", 4),
        ("最大值({始}, {终})", date(2026, 3, 1)),
        ("{终} - {始}", 59),
        ("days({终}, {始}) / 7 > 8", True),
        ("{始} + 31", date(2026, 2, 1)),
        ("{终} - 1", date(2026, 2, 28)),
        ("year({终}) * 100 + month({终})", 202603),
        ('{名} & "-" & {甲} & "/" & {始}', "海客-12.5/2026-01-01"),
        ("concat({名}, 3.10, {是})", "海客3.1是"),
        ("{是} and not({甲} < 3)", True),
        ("{甲} < 3 or {乙} = 4 and {是}", True),
        ("或({甲} < 3, {乙} = 4)", True),
        ("ifempty({甲}, 0) + 1", Decimal("13.5")),
        ("len({名} & {名})", 4),
        ("1 <> 2", True),
        ("0.1 + 0.2 = 0.3", True),
    ],
)
def test_what_formulas_say(text: str, value: Any) -> None:
    with translation.override("zh-hans"):
        found = run(text)
    assert found == value
    assert type(found) is type(value) or isinstance(found, Decimal)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{甲} + 1", None),
        ("{甲} > 1", False),
        ("{甲} = {乙}", True),
        ('{名} & "x"', "x"),
        ("min({甲}, 3)", 3),
        ("max({甲}, {乙})", None),
        ("empty({名})", True),
        ("if({甲} > 1, 1, 2)", 2),
        ("not({是})", True),
        ("{终} - {始}", None),
        ("ifempty({甲}, 0) + 1", 1),
    ],
)
def test_empty_fields(text: str, value: Any) -> None:
    assert run(text, {}) == value


@pytest.mark.parametrize("text", ["1/0", "{甲} / ({乙} - 4)", "if({甲} > 1, 1 / 0, 2)"])
def test_division_by_zero_has_no_value(text: str) -> None:
    with pytest.raises(NoValue) as caught:
        run(text)
    assert caught.value.code == "zero"


def test_what_is_not_needed_is_not_worked_out() -> None:
    assert run("if({乙} = 0, 0, {甲} / {乙})", {**RECORD, "乙": Decimal(0)}) == 0
    assert run("{乙} = 0 or 1 / {乙} > 0", {**RECORD, "乙": Decimal(0)}) is True


@pytest.mark.parametrize("text", ["999999999999999 * 999999999999999", "{甲} * 100000000000000000", "{始} + 99999999"])
def test_too_large(text: str) -> None:
    with pytest.raises((NoValue, Refused)):
        run(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "1 +",
        "(1",
        "1)",
        "1 2",
        "{没有}",
        "{}",
        "甲 + 1",
        "foo(1)",
        "__import__('os')",
        "{甲}.__class__",
        "1 + '甲'",
        "{始} + {终}",
        "if(1, 2, 3)",
        "if({是}, 1, '二')",
        "{甲} = {名}",
        "min()",
        "round(1)",
        "not(1)",
        "1;2",
        "lambda: 1",
        "9" * 40,
        "1" + "+1" * 900,
        "(" * 200 + "1" + ")" * 200,
        "-" * 500 + "1",
        "if(" * 100,
        '"' * 3,
        "x" * 3000,
        "1..2",
        "\0",
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Refused) as caught:
        Formula(text, TYPES)
    assert str(caught.value)


@given(st.text(max_size=60) | st.text(alphabet="{}()+-*/&=<>,\"'1.甲乙 ifmnaxorund（），“”", max_size=60))
@settings(deadline=None, max_examples=400)
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        found = Formula(text, TYPES)
    except Refused:
        return
    try:
        found.work_out(RECORD.get)
    except NoValue:
        return


# Random trees of figures, written down with as few brackets as the rules of order allow

Tree = Any
NAMES = ["甲", "乙"]
SIGNS = {"+": 1, "-": 1, "*": 2, "/": 2}


def trees() -> st.SearchStrategy[Tree]:
    leaf = st.decimals("0", "999", places=2).map(lambda n: ("const", n)) | st.sampled_from(NAMES).map(
        lambda n: ("field", n)
    )
    return st.recursive(
        leaf,
        lambda inner: (
            st.tuples(st.sampled_from(list(SIGNS)), inner, inner)
            | st.tuples(st.just("neg"), inner)
            | st.tuples(st.sampled_from(["min", "max"]), inner, inner)
            | st.tuples(st.just("if"), st.sampled_from(["<", "<=", "=", "<>", ">", ">="]), inner, inner, inner, inner)
        ),
        max_leaves=12,
    )


def write(tree: Tree, outer: int = 0) -> str:
    match tree:
        case ("const", number):
            return f"{number:f}"
        case ("field", name):
            return f"{{{name}}}"
        case ("neg", inner):
            return f"-{write(inner, 3)}"
        case ("min" | "max" as name, left, right):
            return f"{name}({write(left)}, {write(right)})"
        case ("if", sign, a, b, yes, no):
            return f"IF({write(a)} {sign} {write(b)}, {write(yes)}, {write(no)})"
        case (sign, left, right):
            level = SIGNS[sign]
            text = f"{write(left, level)} {sign} {write(right, level + 1)}"
            return f"({text})" if outer > level else text
    raise AssertionError(tree)


class Zero(Exception):
    pass


def slowly(tree: Tree, values: Mapping[str, Fraction | None]) -> Fraction | None:
    """The same in fractions, without an end of digits."""
    match tree:
        case ("const", number):
            return Fraction(number)
        case ("field", name):
            return values[name]
        case ("neg", inner):
            found = slowly(inner, values)
            return None if found is None else -found
        case ("min" | "max" as name, left, right):
            known = [each for each in (slowly(left, values), slowly(right, values)) if each is not None]
            return (min if name == "min" else max)(known) if known else None
        case ("if", sign, a, b, yes, no):
            left, right = slowly(a, values), slowly(b, values)
            return slowly(yes if holds(sign, left, right) else no, values)
        case (sign, a, b):
            left, right = slowly(a, values), slowly(b, values)
            if left is None or right is None:
                return None
            if sign == "/":
                if right == 0:
                    raise Zero
                return left / right
            return left + right if sign == "+" else left - right if sign == "-" else left * right
    raise AssertionError(tree)


def holds(sign: str, left: Fraction | None, right: Fraction | None) -> bool:
    if sign in ("=", "<>"):
        return (left == right) == (sign == "=")
    if left is None or right is None:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def outcome(text: str, record: Mapping[str, Any]) -> tuple[Any, str]:
    try:
        return Formula(text, TYPES).work_out(record.get), ""
    except NoValue as no:
        return None, no.code


@given(trees(), st.none() | st.decimals("-999", "999", places=2), st.none() | st.decimals("-9", "9", places=1))
@settings(deadline=None, max_examples=500)
def test_figures_as_in_plain_python(tree: Tree, first: Decimal | None, second: Decimal | None) -> None:
    record = {"甲": first, "乙": second}
    exact = {name: None if value is None else Fraction(value) for name, value in record.items()}
    text = write(tree)
    try:
        wanted: Fraction | str | None = slowly(tree, exact)
    except Zero:
        wanted = "zero"
    found, code = outcome(text, record)
    if code:
        # Digits end somewhere: what is nearly zero may be zero, and what is large is too large.
        assert code == "large" or wanted == "zero", text
        return
    if wanted is None:
        assert found is None, text
    elif isinstance(wanted, Fraction) and found is not None and abs(wanted) < 10**12:
        assert abs(Fraction(found) - wanted) <= max(Fraction(1, 10**9), abs(wanted) / 10**15), text


@given(st.decimals("-99999", "99999", places=4), st.integers(0, 3))
def test_halves_round_away_from_zero(number: Decimal, places: int) -> None:
    scaled = abs(Fraction(number)) * 10**places
    whole = scaled.numerator // scaled.denominator
    whole += 2 * (scaled - whole) >= 1
    assert rounded(number, places) == Decimal(whole) / 10**places * (-1 if number < 0 else 1)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(-10_000, 10_000))
def test_days_go_there_and_back(day: date, number: int) -> None:
    there = Formula("{始} + {甲}", TYPES).work_out({"始": day, "甲": Decimal(number)}.get)
    assert there == day + timedelta(days=number)
    assert Formula("{终} - {始}", TYPES).work_out({"始": day, "终": there}.get) == number


def test_circles_are_found_and_order_kept() -> None:
    assert find_circle({"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a"})}) == ["a", "b", "c", "a"]
    assert find_circle({"a": frozenset({"a"})}) == ["a", "a"]
    assert find_circle({"a": frozenset({"x"}), "b": frozenset({"a", "x"})}) == []
    order = in_order({"a": frozenset({"b", "x"}), "b": frozenset({"c"}), "c": frozenset({"x"})})
    assert order == ["c", "b", "a"]


def test_fields_are_renamed_but_not_within_texts() -> None:
    text = '{甲} & "{甲}" & ｛ 甲 ｝'
    assert rename_fields(text, {"甲": "own_a"}.__getitem__) == '{own_a} & "{甲}" & {own_a}'
