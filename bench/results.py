"""Measurements beside their budgets."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """What a figure may be at 1 000 000 customers; `least` where more is better."""

    sqlite: float
    postgresql: float
    unit: str = "ms"
    least: bool = False


NIGHT = 600
"""Seconds that a job may take which runs by itself at night."""
BUDGETS = {
    "list: first page": Budget(10, 15),
    "list: 8 at once": Budget(300, 200, "/s", least=True),
    "list: page 1000, next": Budget(20, 20),
    "list: page 1000, first jump": Budget(150, 150),
    "list: page 1000, jump": Budget(20, 20),
    "list: count": Budget(10, 10),
    "search: piece of a name": Budget(15, 20),
    "search: piece of a phone": Budget(15, 20),
    "search: pinyin initials": Budget(15, 20),
    "search: 有限公司": Budget(100, 100),
    "search: 138, sz": Budget(100, 100),
    "picker: piece of a name": Budget(15, 20),
    "picker: piece of a phone": Budget(15, 20),
    "picker: pinyin initials": Budget(15, 20),
    "picker: 有限公司": Budget(100, 100),
    "picker: 138, sz": Budget(100, 100),
    "record page": Budget(20, 20),
    "board of open opportunities": Budget(30, 30),
    "board: bytes": Budget(40, 40, "kB gz"),
    "funnel": Budget(150, 150),
    "pivot: month × seller": Budget(150, 150),
    "duplicates while typing": Budget(50, 50),
    "order of 200 lines: page": Budget(60, 60),
    "order of 200 lines: save": Budget(100, 100),
    "create": Budget(12, 12),
    "create: 8 at once, p99": Budget(250, 250),
    "change": Budget(12, 12),
    "import": Budget(4000, 4000, "rows/s", least=True),
    "import: memory of the jobs": Budget(300, 300, "MB"),
    "export: 100 000 rows": Budget(15, 15, "s"),
    "export: memory of the jobs": Budget(150, 150, "MB"),
    "bulk: level": Budget(20, 20, "s"),
    "bulk: owner": Budget(60, 60, "s"),
    "list beside a bulk act": Budget(20, 30),
    "recycle into the public seas": Budget(60, 60, "s"),
    "list beside the recycle": Budget(20, 30),
    "duplicates in the whole stock": Budget(600, 600, "s"),
    "tag rules over all customers": Budget(NIGHT, NIGHT, "s"),
    "heat of all customers": Budget(NIGHT, NIGHT, "s"),
    "attention of all customers": Budget(NIGHT, NIGHT, "s"),
    "groups by profit and orders": Budget(NIGHT, NIGHT, "s"),
    "scores of all open leads": Budget(NIGHT, NIGHT, "s"),
    "assign 10 000 by rule": Budget(60, 60, "s"),
    "a notice reaches 300 open streams": Budget(1000, 1000),
    "list beside 300 open streams": Budget(20, 30),
    "memory per web worker": Budget(150, 150, "MB"),
    "first visit: bytes": Budget(200, 200, "kB gz"),
    "first visit: cold browser": Budget(400, 400),
    "sample company made": Budget(900, 900, "s"),
    "the machine: a loop in Python": Budget(math.inf, math.inf),
}


@dataclass
class Results:
    """Figures of one company: {(what, who): value}."""

    database: str
    size: int
    values: dict[tuple[str, str], float] = field(default_factory=dict)
    busy: dict[tuple[str, str], float] = field(default_factory=dict)

    def put(self, what: str, who: str, value: float) -> None:
        """Keep a figure and show it."""
        self.values[what, who] = value
        busy = ""
        if isinstance(value, Took):
            self.busy[what, who] = value.busy
            busy = f"({shown(value.busy)})"
        print(
            f"  {what:<32}{who:<10}{shown(value):>10} {busy:<9}{self.budget(what).unit:<7}{self.verdict(what, value)}",
            flush=True,
        )

    def budget(self, what: str) -> Budget:
        """The budget of a figure."""
        return BUDGETS[what]

    def allowed(self, what: str) -> float:
        """What it may be on this database."""
        return float(getattr(self.budget(what), self.database))

    def verdict(self, what: str, value: float) -> str:
        """Whether it keeps its budget."""
        allowed, least = self.allowed(what), self.budget(what).least
        kept = value >= allowed if least else value <= allowed
        return "" if kept else f"MISSES {'≥' if least else '≤'} {shown(allowed)}"


class Took(float):
    """A figure with what of it the processor was busy, in the same unit; other programs do not lengthen that."""

    busy: float

    @classmethod
    def of(cls, value: float, busy: float) -> Took:
        """Both."""
        made = cls(value)
        made.busy = busy
        return made


def shown(value: float) -> str:
    """Three digits that say something."""
    if not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def middle(values: list[float]) -> float:
    """The median."""
    values = sorted(values)
    return values[len(values) // 2]


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of all lies."""
    values = sorted(values)
    return values[min(len(values) - 1, math.ceil(len(values) * share) - 1)]
