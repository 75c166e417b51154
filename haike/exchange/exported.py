"""Export: one file that left the house, with the number that stands in it and in the log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import entity_named
from haike.kernel.log import Change, origin
from haike.kernel.selection import Selection
from haike.sheets.write import Column, Properties, SheetWriter

if TYPE_CHECKING:
    from haike.exchange.export import Order

PREFIX = "EX"


class Export(models.Model):
    """Who took what; `columns` and `filter` are in the words of that day, for both may be renamed later."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("Time"), db_index=True)
    origin = models.CharField(max_length=60, blank=True)
    entity = models.CharField(max_length=80)
    format = models.CharField(max_length=10)
    columns = models.TextField(_("Columns"), blank=True)
    filter = models.TextField(_("Filter"), blank=True)
    rows = models.PositiveIntegerField(_("Rows"), null=True)
    """Empty until the file is whole."""
    asked = models.PositiveIntegerField(null=True)
    """How many there were when it was asked for; counted only where exports need approval."""

    class Meta:
        verbose_name = _("Export")
        verbose_name_plural = _("Exports")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["by", "-at"], name="exchange_export_by")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What stands in the file, such as "EX000123"."""
        return f"{PREFIX}{self.pk:06}"


def number_in(text: str) -> int | None:
    """The key of the export whose number somebody typed, or copied out of the name of a file."""
    found = re.search(rf"{PREFIX}(\d{{1,12}})", text.upper())
    return whole(found[1] if found else text)


def said(order: Order, user: Any) -> tuple[str, str]:
    """Columns and filter of an order in words."""
    entity = order.entity
    columns = ", ".join(str(entity.looks[name].label) for name in order.columns if name in entity.looks)
    if order.ids:
        return columns, str(_("Chosen records: %(count)s") % {"count": len(order.ids)})
    found = Selection.from_query(entity, user, order.query, action="export")
    parts = [str(entity.categories_for(user)[found.tab].label)] if found.tab != "all" else []
    parts += [f"“{found.words}”"] if found.words else []
    parts += [line.say() for line in found.filter.lines()]
    return columns, "; ".join(parts)


def begin(order: Order, user: Any, asked: int | None = None) -> Export:
    """Give an export its number; `asked`: how many records it finds now, where that is known."""
    columns, words = said(order, user)
    return trace(user, order.label, order.format, columns=columns, words=words, asked=asked)


def taken_today(user: Any) -> int:
    """How many rows somebody has taken out since midnight without having asked anybody, of all kinds together."""
    midnight = timezone.localtime(timezone=timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    rows = Export.objects.filter(by_id=user.pk, at__gte=midnight, request__isnull=True)
    return int(rows.aggregate(sum=Sum(Coalesce("rows", "asked", 0)))["sum"] or 0)


def trace(
    user: Any,
    label: str,
    form: str,
    *,
    columns: str = "",
    words: str = "",
    rows: int | None = None,
    asked: int | None = None,
) -> Export:
    """Note a file of some kind that somebody takes out."""
    return Export.objects.create(
        by_id=user.pk,
        at=timezone.now(),
        origin=origin.get(),
        entity=label,
        format=form,
        columns=columns,
        filter=words,
        rows=rows,
        asked=asked,
    )


def finish(export: Export, rows: int) -> None:
    """The file is whole."""
    export.rows = rows
    export.save(update_fields=["rows"])


def log_export(export: Export, user: Any, columns: str) -> None:
    """Write into the change log of the kind of record that a list of it has left."""
    Change(
        entity=export.entity,
        record_id=0,
        at=timezone.now(),
        by_id=user.pk,
        origin=origin.get(),
        action="export",
        diff={
            str(_("Export number")): [None, export.number],
            str(_("Rows")): [None, export.rows],
            str(_("Columns")): [None, columns],
        },
    ).save(force_insert=True)


def properties_of(export: Export, user: Any) -> Properties:
    """What the file says about itself where no sheet shows it."""
    return Properties(title=export.number, creator=f"{user.name} ({user.username})", created=export.at)


def explain(writer: SheetWriter, export: Export, user: Any, rows: int, title: Any = "") -> None:
    """The last sheet of a workbook, which tells whose it is; an import reads the first."""
    entity = entity_named(export.entity)
    writer.add_sheet(str(_("About this export")), [Column(str(_("Item"))), Column(str(_("Contents")))])
    lines: Sequence[tuple[Any, Any]] = (
        (_("Export number"), export.number),
        (_("Contents"), entity.label_plural if entity is not None else title),
        (_("Exported by"), f"{user.name} ({user.username})"),
        (_("Time"), _stamp(export.at)),
        (_("Rows"), rows),
        (_("Columns"), export.columns),
        (_("Filter"), export.filter or _("None")),
        (_("Note"), _("This file holds data of the company. Its number stands in the log of exports.")),
    )
    for label, text in lines:
        writer.write_row([str(label), text if isinstance(text, int) else str(text)])


def _stamp(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"
