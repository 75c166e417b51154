"""Finding the headings of a table in a sheet: below a title, over one or two rows, with gaps and repetitions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused
from haike.sheets.cell import Cell
from haike.sheets.read import Merge, SheetFile
from haike.sheets.values import clean_text

LOOKED_AT = 30
"""How many rows from the top are looked at."""
LONGEST_HEADING = 60

_NUMBER = re.compile(r"[\s¥￥$]*[+-]?[\d,.\s%:/\-年月日]+")
_ADDRESS = re.compile(r"@|://|^www\.")
_PERIOD = re.compile(r"(?:\d{4}年)?(?:\d{1,2}月)?")
# "制表人: 王小明", but not "金额(单位:元)".
_REMARK = re.compile(r"[^()（）]{1,10}[:：]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its place in the row from 0, and its heading, unique in the table.

    With two rows of headings `title` is both ("联系人 电话"), `group` the upper and `name` the lower.
    """

    index: int
    title: str
    name: str
    group: str = ""

    @property
    def letter(self) -> str:
        """A, B … Z, AA as spreadsheets name the column."""
        letters, number = "", self.index + 1
        while number:
            number, place = divmod(number - 1, 26)
            letters = chr(65 + place) + letters
        return letters


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the headings stand: `rows` rows from `row_index` (from 0) on; 0 rows when the table has none."""

    row_index: int
    rows: int
    columns: tuple[Column, ...]

    @property
    def first_record(self) -> int:
        """The index of the first row below the headings."""
        return self.row_index + self.rows


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _filled(row: Sequence[Cell]) -> list[int]:
    return [place for place, cell in enumerate(row) if not _blank(cell)]


def _label(cell: Cell) -> bool:
    """Whether a cell can be a heading: a short text that is no number, date, phone or address."""
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    if len(text) > LONGEST_HEADING or _ADDRESS.search(text):
        return False
    return bool(_PERIOD.fullmatch(text)) or not _NUMBER.fullmatch(text)


def _heads(row: Sequence[Cell]) -> bool:
    cells = [row[place] for place in _filled(row)]
    remarks = sum(bool(_REMARK.match(cell.strip())) for cell in cells if isinstance(cell, str))
    return bool(cells) and all(map(_label, cells)) and remarks * 2 < len(cells)


def _groups(sample: Sequence[Sequence[Cell]], number: int, merged: Sequence[Merge] | None) -> bool:
    """Whether a row and the one below are headings of two levels: the lower fills gaps that the upper leaves."""
    if number + 1 >= len(sample):
        return False
    upper, lower = sample[number], sample[number + 1]
    above, below = _filled(upper), _filled(lower)
    if not (_heads(upper) and _heads(lower) and len(below) > 1):
        return False
    gaps = [place for place in below if place not in above]
    groups = {place: run for place in above if place in below and (run := _run(place, gaps))}
    # One cell over the whole table is its title.
    if not groups or set(gaps) != {place for run in groups.values() for place in run} or len(above) == len(groups) == 1:
        return False
    if merged is not None:
        return all((number, place, number, max(run)) in merged for place, run in groups.items())
    # Without knowing the merged cells: a record with texts only below a heading with a gap looks much the same.
    names = [str(lower[place]) for place in below]
    following = sample[number + 2] if number + 2 < len(sample) else []
    return len(set(names)) < len(names) or not _heads(following)


def _run(start: int, gaps: list[int]) -> list[int]:
    """The gaps that follow a group without interruption."""
    found, place = [], start + 1
    while place in gaps:
        found.append(place)
        place += 1
    return found


def find_heading(rows: Sequence[Sequence[Cell]], merged: Sequence[Merge] | None = None) -> Heading:
    """The headings among the first rows of a sheet; columns without heading and values are left out.

    `merged` are the merged cells where they are known. Refused when all rows are empty.
    """
    sample = [list(row) for row in rows[:LOOKED_AT]]
    widths = [len(_filled(row)) for row in sample]
    widest = max(widths, default=0)
    if not widest:
        raise Refused(_("The sheet is empty."))
    for number, row in enumerate(sample):
        if not widths[number]:
            continue
        if _groups(sample, number, merged):
            return _two_rows(sample, number)
        # A row that fills less than half of the widest is a title or a remark.
        if widths[number] * 2 >= widest and (widths[number] > 1 or widest == 1) and _heads(row):
            return Heading(number, 1, _unique(_named(sample, number, row)))
    first = next(number for number, width in enumerate(widths) if width)
    return Heading(first, 0, _lettered(sample[first:]))


def _used(sample: Sequence[Sequence[Cell]]) -> list[int]:
    """The places in which some row has a value."""
    return sorted({place for row in sample for place in _filled(row)})


def _named(sample: Sequence[Sequence[Cell]], number: int, row: Sequence[Cell]) -> list[Column]:
    """The columns of one row of headings; a column with values but without heading is named by its letter."""
    columns = []
    for place in _used(sample[number:]):
        name = clean_text(row[place]) if place < len(row) else ""
        columns.append(Column(place, name or _letter_title(place), name))
    return columns


def _two_rows(sample: Sequence[Sequence[Cell]], number: int) -> Heading:
    upper, lower = sample[number], sample[number + 1]
    below = set(_filled(lower))
    columns = []
    group = ""
    for place in _used(sample[number:]):
        top = clean_text(upper[place]) if place < len(upper) else ""
        name = clean_text(lower[place]) if place in below else ""
        if top or not name:
            group = top
        if name and group:
            columns.append(Column(place, f"{group} {name}", name, group))
        else:
            columns.append(Column(place, name or top or _letter_title(place), name or top))
    return Heading(number, 2, _unique(columns))


def _letter_title(place: int) -> str:
    return str(_("Column %(letter)s") % {"letter": Column(place, "", "").letter})


def _lettered(sample: Sequence[Sequence[Cell]]) -> tuple[Column, ...]:
    return tuple(Column(place, _letter_title(place), "") for place in _used(sample))


def _unique(columns: list[Column]) -> tuple[Column, ...]:
    """The columns with repeated headings numbered: 电话, 电话 2, 电话 3."""
    taken = {column.title for column in columns}
    seen: set[str] = set()
    result = []
    for column in columns:
        title, number = column.title, 2
        while title in seen or (title != column.title and title in taken):
            title, number = f"{column.title} {number}", number + 1
        seen.add(title)
        result.append(Column(column.index, title, column.name, column.group))
    return tuple(result)


@dataclass(frozen=True, slots=True)
class Record:
    """A row below the headings: the number of its line in the sheet, from 1, and a cell for each column."""

    line: int
    cells: list[Cell]


class Table:
    """A sheet with its headings found; `records()` gives the rows below them, empty rows left out."""

    def __init__(self, file: SheetFile, sheet: str | None = None) -> None:
        self._file = file
        self.sheet = file.sheets[0] if sheet is None else sheet
        self.heading = find_heading(list(islice(file.rows(self.sheet), LOOKED_AT)), file.merged(self.sheet))

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the table."""
        return self.heading.columns

    def records(self) -> Iterator[Record]:
        """The rows below the headings, in order."""
        places = [column.index for column in self.columns]
        width = max(places) + 1
        straight = places == list(range(width))
        below = islice(self._file.rows(self.sheet), self.heading.first_record, None)
        for line, row in enumerate(below, start=self.heading.first_record + 1):
            if not any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in row):
                continue
            whole = row + [""] * (width - len(row)) if len(row) < width else row
            yield Record(line, whole[:width] if straight else [whole[place] for place in places])
