"""What the page before an import shows of a sheet, read once and kept with the upload.

Opening a sheet of 100 000 rows takes seconds. The page is looked at several times, and shows thirty of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import Any

from django.utils import translation

from haike.exchange.engine import Row
from haike.exchange.run import ImportRun
from haike.exchange.work import data_rows, open_file
from haike.refused import Refused
from haike.sheets.cell import CellError

SHOWN = 30
MOST_WORDS, LONGEST_WORD = 60, 80
"""A column with more words, or with longer ones, is none that takes them from a list."""
MOST_KEPT = 2_000_000
"""Characters. Thirty rows of longer cells than that are read from the file each time."""

_READ: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
    "CellError": lambda told: CellError(*told),
}


@dataclass
class Head:
    """One sheet of a file: its headings, its first rows with their numbers, and how many rows there are."""

    sheets: list[str]
    headings: list[str] = field(default_factory=list)
    rows: list[tuple[int, Row]] = field(default_factory=list)
    count: int = 0
    words: list[dict[str, int] | None] = field(default_factory=list)
    """What stands in each column and in how many rows; None where it has too many words to take them from a list."""
    fault: str = ""
    """Why there are no headings."""


def read_head(run: ImportRun) -> Head:
    """Open the file, and keep with the run (which the caller saves) what its sheet begins with."""
    with open_file(run) as book:
        head = Head(list(book.sheets))
        if run.sheet not in head.sheets:
            run.sheet = head.sheets[0]
        try:
            head.headings, rows = data_rows(run, book)
            head.rows = list(islice(rows, SHOWN))
            head.count, head.words = _counted(chain(head.rows, rows), len(head.headings))
        except Refused as no:
            head.fault = str(no)
    # Headings without a name and what is said of odd cells are in the language of the reader.
    kept = json.dumps({"language": translation.get_language(), "sheet": run.sheet, **vars(head)}, default=_spell)
    run.head = kept if len(kept) <= MOST_KEPT else ""
    return head


def _counted(rows: Iterable[tuple[int, Row]], width: int) -> tuple[int, list[dict[str, int] | None]]:
    """How many rows there are, and the words of the columns that have only a few."""
    number, few = 0, {place: dict[str, int]() for place in range(width)}
    for __, cells in rows:
        number += 1
        too_many = []
        for place, seen in few.items():
            if place < len(cells) and isinstance(text := cells[place], str) and text:
                seen[text] = seen.get(text, 0) + 1
                if len(seen) > MOST_WORDS or len(text) > LONGEST_WORD:
                    too_many.append(place)
        for place in too_many:
            del few[place]
    return number, [few.get(place) for place in range(width)]


def kept_head(run: ImportRun) -> Head | None:
    """The head as it was kept; None where it must be read from the file."""
    if not run.head:
        return None
    found = json.loads(run.head, object_hook=_unspell)
    if (found.pop("language"), found.pop("sheet")) != (translation.get_language(), run.sheet):
        return None
    return Head(**found)


def head_of(run: ImportRun) -> Head:
    """The head of a run's sheet; read from the file only if that was not done before."""
    head = kept_head(run)
    if head is None:
        head = read_head(run)
        run.save(update_fields=["head", "sheet"])
    return head


def _spell(value: Any) -> Any:
    if isinstance(value, CellError):
        return {"": "CellError", "value": [value.shown, str(value.why)]}
    if isinstance(value, timedelta):
        return {"": "timedelta", "value": value.total_seconds()}
    return {"": type(value).__name__, "value": value.isoformat()}


def _unspell(found: dict[str, Any]) -> Any:
    return _READ[found[""]](found["value"]) if "" in found else found
