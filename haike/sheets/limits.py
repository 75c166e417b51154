"""How large a spreadsheet may be, and the sentences for what is larger or damaged."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused
from haike.sheets.cell import CellError

MOST_ROWS = 200_000
"""Records in one sheet."""
HEADROOM = 20
"""Lines above the records: titles and headings."""
MOST_COLUMNS = 500
MOST_CELLS = 12_000_000
"""Rows times columns: what the reader lays out in memory, at about 30 bytes each."""
MOST_BYTES = 500 * 1024 * 1024
"""A workbook unpacked, or a text file."""

_MOST_NOTED = 200_000


@dataclass(slots=True)
class Extent:
    """How far a sheet reaches, counted from its first cell, and the cells that hold no usable value."""

    rows: int = 0
    columns: int = 0
    noted: dict[tuple[int, int], CellError] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """Take a cell in, counted from 0."""
        if row >= self.rows:
            self.rows = row + 1
        if column >= self.columns:
            self.columns = column + 1

    def note(self, row: int, column: int, error: CellError) -> None:
        """Remember what stands in a cell that the reader takes for empty."""
        self.reach(row, column)
        if len(self.noted) < _MOST_NOTED:
            self.noted[row, column] = error

    @property
    def fits(self) -> bool:
        """Whether the sheet may be read."""
        return (
            self.rows <= MOST_ROWS + HEADROOM
            and self.columns <= MOST_COLUMNS
            and self.rows * self.columns <= MOST_CELLS
        )

    def check(self) -> None:
        """Refuse a sheet that is too large."""
        if self.rows > MOST_ROWS + HEADROOM:
            said = _("The sheet has more than %(most)s rows. Split it into several files.")
            raise Refused(said % {"most": MOST_ROWS})
        if self.columns > MOST_COLUMNS:
            said = _("The sheet has more than %(most)s columns. Delete those that are not needed.")
            raise Refused(said % {"most": MOST_COLUMNS})
        if not self.fits:
            raise Refused(_("The sheet is too large. Delete columns you do not need, or split it into several files."))


def damaged() -> Refused:
    """The sentence for a file that cannot be read though its kind is known."""
    return Refused(_("The file is damaged. Open it in Excel or WPS, save it anew, and upload that file."))


def too_large() -> Refused:
    """The sentence for a file that is too large once it is unpacked."""
    return Refused(
        _("The file is too large when unpacked (at most %(most)s MB). Split it into several files.")
        % {"most": MOST_BYTES // 1024 // 1024}
    )


def protected() -> Refused:
    """The sentence for a workbook that needs a password."""
    return Refused(_("The file is protected by a password. Save it without the password and upload it again."))
