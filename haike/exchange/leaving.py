"""What leaves the house on paper or as a file without waiting for a job: it has a number in the log of exports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from haike.exchange.approval import FROM_ROWS
from haike.exchange.exported import Export, explain, properties_of, taken_today, trace
from haike.refused import Refused
from haike.sheets.write import SheetWriter

TOO_MANY = _("So many rows need somebody's approval to leave the house. Take fewer.")


def numbered(
    user: Any, label: str, form: str, *, columns: str = "", words: str = "", rows: int, no: Any = TOO_MANY
) -> Export:
    """Note so many rows in the log; Refused with `no` where so much of a day needs somebody's approval."""
    least = int(FROM_ROWS())
    with transaction.atomic():
        # One after the other, for two at once would each count without the other.
        type(user)._base_manager.select_for_update().filter(pk=user.pk).first()
        if least and rows and rows + taken_today(user) >= least:
            raise Refused(no)
        return trace(user, label, form, columns=columns, words=words, rows=rows)


def workbook(export: Export, user: Any, title: str, *, write: Callable[[SheetWriter], None]) -> FileResponse:
    """An XLSX with the number of this export in the name, in its properties and on its last sheet."""
    rows = export.rows or 0
    with TemporaryDirectory() as folder:
        path = Path(folder, "rows.xlsx")
        with SheetWriter(path, format="xlsx", properties=properties_of(export, user)) as writer:
            write(writer)
            explain(writer, export, user, rows, title)
        # The file is open before its folder goes; the system keeps it until the answer is sent.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{title}-{export.number}.xlsx")
