"""Pivots in the REST API: the same numbers as on the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from haike.api.shapes import Fault
from haike.api.surface import demand_scope
from haike.insight.answer import ALL, Answer, Side, key_text
from haike.insight.question import read_question
from haike.kernel.entity import entity_named
from haike.kernel.selection import Selection
from haike.screens.module import demand_on

router = Router(tags=["pivot"])
FAULTS: dict[Any, Any] = {401: Fault, 403: Fault, 404: Fault, 422: Fault, 429: Fault}


class PivotQuery(Schema):
    """What is found, as lists take it, and by what it is counted, as the address of the page has it."""

    q: str = ""
    tab: str = ""
    f: str = ""
    rows: str = ""
    then: str = ""
    column: str = ""
    measure: str = "count"
    order: str = ""
    top: str = ""


class PivotColumn(Schema):
    """One value across the top; `key` "" is the total."""

    key: str
    text: str


class PivotRow(Schema):
    """One line: for each column the values of the measures in their order. A line `within` is part of one above it."""

    keys: list[str]
    text: str
    depth: int
    within: bool
    values: list[list[float | None]]


class PivotOut(Schema):
    """The table; the totals are the last of the columns, and `total` the line below all."""

    measures: list[str]
    columns: list[PivotColumn]
    rows: list[PivotRow]
    total: list[list[float | None]]
    left_out: int


@router.get("/{slug}/pivot", response={200: PivotOut, **FAULTS}, operation_id="pivot", summary="Pivot of a list")
def pivot(request: HttpRequest, slug: str, query: Query[PivotQuery]) -> Any:
    """Count and add up what a list finds, by rows and columns, with the rights of the token's user."""
    user: Any = request.user
    entity = entity_named(slug)
    if entity is None or slug != entity.slug or "list" in entity.views:
        raise Http404
    demand_scope(request, entity, "read")
    demand_on(entity)
    if not entity.policy.may(user, "view"):
        raise Http404
    asked = {name: value.replace("\0", "") for name, value in query.dict().items()}
    question = read_question(entity, user, {"rows": "-", **{name: value for name, value in asked.items() if value}})
    answer = Answer(question, Selection.from_query(entity, user, asked))
    sides = [*((column.key, column.text) for column in answer.columns), (ALL, "")]

    def values(side: Side) -> list[list[float | None]]:
        return [[_number(answer.value(side, key, measure)) for measure in question.measures] for key, __ in sides]

    rows = [
        {
            "keys": [key_text(key) for key in row.keys],
            "text": row.text,
            "depth": row.depth,
            "within": row.within,
            "values": values(row.side),
        }
        for row in answer.rows
    ]
    return {
        "measures": [measure.key for measure in question.measures],
        "columns": [{"key": key_text(key), "text": text} for key, text in sides],
        "rows": rows,
        "total": values(answer.whole),
        "left_out": answer.dropped,
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
