"""What a spreadsheet cell holds once it is read."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused, Sentence

LONGEST_TEXT = 32_767
"""What a cell of Excel can hold, in characters."""

# What Excel, WPS and LibreOffice show for a formula that failed.
ERROR_TEXTS = frozenset(
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA #FIELD! #BLOCKED! #CONNECT! #UNKNOWN! "
    "Err:502 Err:504 Err:508 Err:509 Err:522 Err:523".split()
)

# The start of a text that a spreadsheet would take for a formula, in plain and in full width.
FORMULA_START = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell without a usable value: what stands in it, and why it cannot be taken, as a sentence for the user."""

    shown: str
    why: Sentence

    def __str__(self) -> str:
        return self.shown


Cell = str | int | float | bool | date | datetime | time | timedelta | CellError
"""The value of a cell; the empty string where it is empty. Whole numbers are int, also where the file says 5.0."""


def formula_error(shown: str) -> CellError:
    """A formula that failed, such as #N/A."""
    return CellError(shown, _("The formula in this cell gives an error (%(shown)s).") % {"shown": shown})


def uncalculated() -> CellError:
    """A formula whose result the program that wrote the file did not store."""
    return CellError("=…", _("The formula in this cell has no stored result; save the file once in Excel."))


def too_long(text: str) -> CellError:
    """A text that no spreadsheet program would let one type."""
    return CellError(
        text[:50] + "…",
        _("The text in this cell has %(have)s characters, at most %(most)s are possible; is a quotation mark missing?")
        % {"have": len(text), "most": LONGEST_TEXT},
    )


def unreadable(text: str) -> CellError:
    """A text with characters that were lost before it came here."""
    return CellError(text[:50], _("Characters in this cell were lost when the file was saved; please correct them."))


def cell_text(cell: object) -> str:
    """A cell as a person reads it: numbers without exponent and .0, dates as 2026-11-21; Refused for an error."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        raise Refused(cell.why)
    if isinstance(cell, datetime):
        plain = cell.replace(microsecond=0, tzinfo=None)
        return plain.date().isoformat() if plain.time() == time() else plain.isoformat(sep=" ")
    if isinstance(cell, float):
        # Spreadsheets keep fifteen figures: 0.1 + 0.2 reads 0.3.
        text = f"{cell:.15g}"
        return f"{cell:.15f}".rstrip("0").rstrip(".") if "e-" in text else f"{cell:.0f}" if "e" in text else text
    return str(cell)
