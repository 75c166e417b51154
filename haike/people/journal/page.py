"""A log as a page: filters, rows from the newest, earlier ones by a link, the same as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.exchange.exported import Export, explain, finish, properties_of, trace
from haike.kernel.entity import Label
from haike.kernel.log import Change, origin
from haike.kernel.look import ChoiceLook, DateLook, Look, PersonLook
from haike.people.looks import PlainLook
from haike.people.user.record import User
from haike.screens.form import Typed
from haike.sheets.write import SheetWriter

SIZE = 50
MOST_ROWS = 100_000


class OptionLook(ChoiceLook):
    """One of a few options that are known only when the page is asked for."""

    def __init__(self, name: str, label: Label, options: dict[str, str]) -> None:
        super().__init__(name, label)
        self.known = options

    def options(self, *, new: bool = False) -> dict[str, str]:
        return dict(self.known)


@dataclass(frozen=True)
class Column:
    """One column: `html` draws the cell of a row, `text` is its form in a file; a `number` stands at the end."""

    label: Label
    html: Callable[[Any], Any]
    text: Callable[[Any], Any]
    wide: bool = False
    number: bool = False


def plain(label: Label, text: Callable[[Any], Any], *, wide: bool = False) -> Column:
    """A column that is the same on the page and in a file."""
    return Column(label, text, text, wide)


def moment(value: datetime) -> str:
    """Date and time to the second, in the reader's time zone."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


def person_filter() -> PersonLook:
    """The filter by a user."""
    look = PersonLook("user", _("User"), field=User._meta.get_field("manager"))
    look.required = False
    return look


def words_filter(label: Label) -> PlainLook:
    """The filter by words; `label` says where they are looked for."""
    return PlainLook("q", label, required=False, type="search")


def person_link(user: User | None, name: str = "") -> Any:
    """A user with a link to his page, or the name of one who is none."""
    return format_html('<a href="/users/{}/">{}</a>', user.pk, user.name) if user else name


def days() -> dict[str, Look]:
    """The two filters that every log has."""
    return {"since": DateLook("since", _("From")), "until": DateLook("until", _("Until"))}


def within(rows: QuerySet[Any], values: dict[str, Any], **columns: str) -> QuerySet[Any]:
    """Only the rows between two days, both included, that have what was chosen; `columns` maps inputs to columns."""
    since, until = values.get("since"), values.get("until")
    rows = rows.filter(**{column: values[name] for name, column in columns.items() if values.get(name)})
    if since:
        rows = rows.filter(at__gte=_start(since))
    return rows.filter(at__lt=_start(until + timedelta(days=1))) if until else rows


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _nothing(rows: list[Any]) -> None:
    pass


@dataclass
class Journal:
    """A log: what can be asked of it and how its rows look.

    `prepare` fetches for a list of rows at once what their cells need; `buttons` (label, url, icon) open in a drawer.
    """

    key: str
    title: Label
    url: str
    looks: dict[str, Look]
    find: Callable[[dict[str, Any]], QuerySet[Any]]
    columns: list[Column]
    prepare: Callable[[list[Any]], None] = _nothing
    buttons: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """The page, or the file of what is found."""
        typed = Typed(self.looks, request.user)
        typed.read(request.GET)
        good = typed.parse()
        # What cannot be read is said beside its field; the rest of the filter holds.
        # By time: what is written down later may have happened earlier, as in the sample company.
        rows = self.find(typed.values).order_by("-at", "-id")
        if request.GET.get("format") == "xlsx" and good:
            return self._file(request, rows)
        before = whole(request.GET.get("before"))
        if before is not None:
            rows = rows.filter(_earlier_than(rows.model._base_manager.filter(pk=before).first()))
        found = list(rows[: SIZE + 1])
        more, found = len(found) > SIZE, found[:SIZE]
        self.prepare(found)
        query = {name: value for name, value in request.GET.items() if name in self.looks and value}
        context = {
            "title": self.title,
            "buttons": self.buttons,
            "key": self.key,
            "url": self.url,
            "fields": [typed.field(name) for name in self.looks],
            "columns": self.columns,
            "rows": [[(column, column.html(row)) for column in self.columns] for row in found],
            "earlier_url": f"{self.url}?{urlencode({**query, 'before': found[-1].pk})}" if more else "",
            "newest_url": f"{self.url}?{urlencode(query)}" if before is not None else "",
            "file_url": f"{self.url}?{urlencode({**query, 'format': 'xlsx'})}",
            "filtered": bool(query),
        }
        return render(request, "people/journal.html", context)

    def _file(self, request: HttpRequest, rows: QuerySet[Any]) -> FileResponse:
        with tempfile.TemporaryDirectory() as folder:
            path, count = Path(folder, f"{self.key}.xlsx"), 0
            user: Any = request.user
            heads, words = ", ".join(str(column.label) for column in self.columns), self._words(request)
            export = trace(user, f"people.{self.key}", "xlsx", columns=heads, words=words)
            with SheetWriter(path, format="xlsx", properties=properties_of(export, user)) as writer:
                writer.add_sheet(str(self.title), [str(column.label) for column in self.columns])
                for batch in _batches(rows[:MOST_ROWS].iterator(chunk_size=1000)):
                    self.prepare(batch)
                    for row in batch:
                        writer.write_row([_cell(column.text(row)) for column in self.columns])
                    count += len(batch)
                explain(writer, export, user, count, self.title)
            finish(export, count)
            _note_export(request, self, export)
            # The file is open before its folder goes; the system keeps it until the answer is sent.
            return FileResponse(path.open("rb"), as_attachment=True, filename=f"{self.title}-{export.number}.xlsx")

    def _words(self, request: HttpRequest) -> str:
        """The filter as it stands in the log of exports."""
        given = ((look.label, request.GET.get(name)) for name, look in self.looks.items())
        return "; ".join(f"{label}: {value}" for label, value in given if value)


def _earlier_than(row: Any) -> Q:
    """What stands below this row; everything where it is gone."""
    return Q(at__lte=row.at) & (Q(at__lt=row.at) | Q(id__lt=row.pk)) if row is not None else Q()


def _cell(value: Any) -> Any:
    return str(value) if value not in (None, "") else None


def _batches(rows: Iterable[Any], size: int = 1000) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _note_export(request: HttpRequest, journal: Journal, export: Export) -> None:
    user: Any = request.user
    Change(
        entity=f"people.{journal.key}",
        record_id=0,
        at=timezone.now(),
        by_id=user.pk,
        by_name=user.name,
        origin=origin.get(),
        action="export",
        diff={str(_("Export number")): [None, export.number], str(_("Rows")): [None, export.rows]},
    ).save(force_insert=True)
