"""What formulas can do: operators and functions with what they take and give.

Values are a Decimal, a text, a day, yes or no, or None for empty. Arithmetic with empty is empty; least and largest
pass empty over; a text is joined as if empty were nothing; nothing is larger or smaller than empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

NUMBER, TEXT, DAY, FLAG, NONE = "number", "text", "day", "flag", "none"
TYPE_NAMES: dict[str, str | Promise] = {
    NUMBER: _("a figure"),
    TEXT: _("a text"),
    DAY: _("a day"),
    FLAG: _("yes or no"),
}
LARGEST = Decimal(10) ** 15
EXACT = Context(prec=40)
"""Digits that figures are worked out with."""


class NoValue(Exception):
    """There is no value, and why; `code` is one of `NOTES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


NOTES: dict[str, str | Promise] = {
    "zero": _("Division by zero"),
    "large": _("The result is too large"),
    "date": _("There is no such day"),
}


@dataclass(frozen=True)
class Function:
    """One operator or function. `takes` are the types of its arguments, the last of which may come `many` times; a
    type is one of the four, "any", or "same" for one that must be the same wherever "same" stands."""

    takes: Sequence[str]
    gives: str
    work: Callable[..., Any]
    many: bool = False
    lazy: bool = False
    """Whether `work` gets functions instead of values, of which it calls those that it needs."""
    empty: bool = False
    """Whether it is asked although an argument is empty."""

    def type_of(self, name: str, given: Sequence[str]) -> str:
        """The type of the result; Refused when the arguments do not fit."""
        takes = list(self.takes)
        if self.many:
            takes += [takes[-1]] * (len(given) - len(takes))
        if len(given) != len(takes):
            raise Refused(
                _("“%(name)s” needs %(wanted)s values, not %(given)s.")
                % {"name": name, "wanted": len(takes), "given": len(given)}
            )
        same = ""
        for taken, have in zip(takes, given, strict=True):
            if have == NONE:
                continue
            same = same or (have if taken == "same" else "")
            wanted = same if taken == "same" else taken
            if wanted not in ("any", have):
                raise Refused(
                    _("“%(name)s” needs %(wanted)s where %(given)s stands.")
                    % {"name": name, "wanted": TYPE_NAMES[wanted], "given": TYPE_NAMES[have]}
                )
        return (same or NONE) if self.gives == "same" else self.gives


def bounded(number: Decimal) -> Decimal:
    """A figure that is not too large to be kept."""
    if abs(number) >= LARGEST:
        raise NoValue("large")
    return number


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise NoValue("zero")
    return bounded(EXACT.divide(left, right))


def _day(day: date, number: Decimal) -> date:
    try:
        return day + timedelta(days=int(number))
    except OverflowError as error:
        raise NoValue("date") from error


def _round(number: Decimal, places: Decimal) -> Decimal:
    return bounded(rounded(number, max(-14, min(10, int(places)))))


def rounded(number: Decimal, places: int) -> Decimal:
    """A figure rounded as one learns it at school: halves away from zero."""
    with localcontext(EXACT):
        return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def plain(value: Any) -> str:
    """A value as part of a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, Decimal):
        return f"{value.normalize(EXACT):f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _equal(left: Any, right: Any) -> bool:
    return (None if left == "" else left) == (None if right == "" else right)


def _if(condition: Callable[[], Any], yes: Callable[[], Any], no: Callable[[], Any]) -> Any:
    return yes() if condition() else no()


def _and(*args: Callable[[], Any]) -> bool:
    return all(arg() for arg in args)


def _or(*args: Callable[[], Any]) -> bool:
    return any(arg() for arg in args)


def _least(*values: Any) -> Any:
    return min((value for value in values if value is not None), default=None)


def _largest(*values: Any) -> Any:
    return max((value for value in values if value is not None), default=None)


def _shift(left: Any, right: Any, sign: int) -> Any:
    if isinstance(left, date):
        return _day(left, sign * right)
    return bounded(EXACT.add(left, right) if sign > 0 else EXACT.subtract(left, right))


FUNCTIONS: dict[str, Function] = {
    "+": Function((NUMBER, NUMBER), NUMBER, lambda a, b: _shift(a, b, 1)),
    "-": Function((NUMBER, NUMBER), NUMBER, lambda a, b: _shift(a, b, -1)),
    "*": Function((NUMBER, NUMBER), NUMBER, lambda a, b: bounded(EXACT.multiply(a, b))),
    "/": Function((NUMBER, NUMBER), NUMBER, _divide),
    "minus": Function((NUMBER,), NUMBER, lambda a: -a),
    "&": Function(("any", "any"), TEXT, lambda a, b: plain(a) + plain(b), empty=True),
    "=": Function(("same", "same"), FLAG, _equal, empty=True),
    "<>": Function(("same", "same"), FLAG, lambda a, b: not _equal(a, b), empty=True),
    "<": Function(("same", "same"), FLAG, lambda a, b: a < b),
    "<=": Function(("same", "same"), FLAG, lambda a, b: a <= b),
    ">": Function(("same", "same"), FLAG, lambda a, b: a > b),
    ">=": Function(("same", "same"), FLAG, lambda a, b: a >= b),
    "and": Function((FLAG, FLAG), FLAG, _and, many=True, lazy=True),
    "or": Function((FLAG, FLAG), FLAG, _or, many=True, lazy=True),
    "not": Function((FLAG,), FLAG, lambda a: not a, empty=True),
    "if": Function((FLAG, "same", "same"), "same", _if, lazy=True),
    "min": Function(("same",), "same", _least, many=True, empty=True),
    "max": Function(("same",), "same", _largest, many=True, empty=True),
    "round": Function((NUMBER, NUMBER), NUMBER, _round),
    "int": Function((NUMBER,), NUMBER, lambda a: a.to_integral_value(ROUND_FLOOR)),
    "abs": Function((NUMBER,), NUMBER, abs),
    "days": Function((DAY, DAY), NUMBER, lambda a, b: Decimal((a - b).days)),
    "year": Function((DAY,), NUMBER, lambda a: Decimal(a.year)),
    "month": Function((DAY,), NUMBER, lambda a: Decimal(a.month)),
    "day": Function((DAY,), NUMBER, lambda a: Decimal(a.day)),
    "concat": Function(("any",), TEXT, lambda *all: "".join(map(plain, all)), many=True, empty=True),
    "len": Function((TEXT,), NUMBER, lambda a: Decimal(len(a or "")), empty=True),
    "empty": Function(("any",), FLAG, lambda a: a is None or a == "", empty=True),
    "ifempty": Function(("same", "same"), "same", lambda a, b: b if a is None or a == "" else a, empty=True),
}
ON_DAYS: dict[str, dict[tuple[str, str], str]] = {
    "+": {(DAY, NUMBER): DAY},
    "-": {(DAY, NUMBER): DAY, (DAY, DAY): NUMBER},
}
"""What plus and minus give besides figures."""

CHINESE: dict[str, str] = {
    "如果": "if",
    "且": "and",
    "并且": "and",
    "或": "or",
    "或者": "or",
    "非": "not",
    "最小": "min",
    "最小值": "min",
    "最大": "max",
    "最大值": "max",
    "四舍五入": "round",
    "取整": "int",
    "绝对值": "abs",
    "相差天数": "days",
    "年": "year",
    "年份": "year",
    "月": "month",
    "月份": "month",
    "日": "day",
    "连接": "concat",
    "长度": "len",
    "为空": "empty",
    "空则": "ifempty",
}
