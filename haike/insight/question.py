"""What somebody wants to know of a list: by which rows and columns, what is counted, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.insight.dimension import Dimension, Label, dimensions
from haike.insight.measure import COUNT, Measure, measures
from haike.kernel.entity import Entity
from haike.kernel.policy import Actor

ASKED = ("rows", "then", "column", "measure", "order", "top", "share", "heat", "chart")
"""What the address of a pivot holds besides the state of the list."""
MOST_MEASURES = 6
TOPS = (5, 10, 20, 50, 100)
SHARES: dict[str, Label] = {
    "": _("Values"),
    "row": _("% of the row"),
    "column": _("% of the column"),
    "all": _("% of everything"),
}
CHARTS: dict[str, Label] = {"": _("No chart"), "bars": _("Bar chart"), "lines": _("Line chart")}


@dataclass(frozen=True)
class Question:
    """One pivot over one list. `order` is "name" or a measure and a column ("count@2026-01-01"), with "-" before it
    the other way round."""

    rows: tuple[Dimension, ...] = ()
    column: Dimension | None = None
    measures: tuple[Measure, ...] = ()
    order: str = ""
    top: int = 0
    share: str = ""
    heat: bool = False
    chart: str = ""
    missing: tuple[str, ...] = field(default=(), compare=False)
    """What was asked for and is not there for this reader."""

    def asked(self) -> dict[str, str]:
        """As it stands in an address."""
        names = [dimension.key for dimension in self.rows]
        found = {
            "rows": names[0] if names else "-",
            "then": names[1] if len(names) > 1 else "",
            "column": self.column.key if self.column else "",
            "measure": ",".join(measure.key for measure in self.measures),
            "order": self.order,
            "top": str(self.top or ""),
            "share": self.share,
            "heat": "1" if self.heat else "",
            "chart": self.chart,
        }
        return {name: value for name, value in found.items() if value}

    def turned(self) -> Question:
        """Rows as columns and columns as rows."""
        first, rest = self.rows[:1], self.rows[1:]
        rows = ((self.column,) if self.column else ()) + rest
        return replace(self, rows=rows, column=first[0] if first else None, order="")


def read_question(entity: Entity, user: Actor, query: Mapping[str, str]) -> Question:
    """From the query of an address; what cannot be read is left out."""
    known, able = dimensions(entity, user), measures(entity, user)
    wanted = {name: query.get(name, "") for name in ASKED}
    if not any(wanted[name] for name in ("rows", "then", "column", "measure")):
        wanted |= _first(entity, known, able)
    missing: list[str] = []

    def dimension(name: str) -> Dimension | None:
        key = wanted[name]
        if key and key != "-" and key not in known:
            missing.append(key)
        return known.get(key)

    rows: list[Dimension] = []
    for name in ("rows", "then"):
        found = dimension(name)
        if found is not None and found not in rows:
            rows.append(found)
    column = dimension("column")
    if column in rows:
        column = None
    keys = [key for key in wanted["measure"].split(",") if key]
    missing += [key for key in keys if key not in able]
    chosen = [able[key] for key in dict.fromkeys(keys) if key in able][:MOST_MEASURES]
    top = whole(wanted["top"]) or 0
    return Question(
        tuple(rows),
        column,
        tuple(chosen) or (able[COUNT],),
        wanted["order"][:120],
        top if top in TOPS else 0,
        wanted["share"] if wanted["share"] in SHARES else "",
        wanted["heat"] == "1",
        wanted["chart"] if wanted["chart"] in CHARTS else "",
        tuple(dict.fromkeys(missing)),
    )


def _first(entity: Entity, known: Mapping[str, Dimension], able: Mapping[str, Measure]) -> dict[str, str]:
    """What a pivot begins with: whose they are, how many, and the first sum of the list."""
    choices = ["owner", "created_at.month", *known]
    sums = [f"{name}.sum" for name in entity.totals if f"{name}.sum" in able][:1]
    rows = next((key for key in choices if key in known), "")
    return {"rows": rows, "measure": ",".join([COUNT, *sums]), "chart": "bars"}


def flat(query: Any) -> dict[str, str]:
    """The query of an address as one text for each name; several measures are joined."""
    found = {name: query[name] for name in query}
    if "measure" in found:
        found["measure"] = ",".join(query.getlist("measure"))
    return found


def columns_of(measures: Sequence[Measure]) -> list[str]:
    """The columns that the database has to look at, each once."""
    return list(dict.fromkeys(measure.look.column for measure in measures if measure.look is not None))
