"""The change log: who changed which field of which record from what to what, when and from where.

One row per act, written in the transaction of the change itself. Nothing inside the program edits or deletes a row.
Values are kept as JSON in the form of `Look.to_json`. The row of a creation carries no values: they follow from the
record and the later rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from haike.find.insert import insert_rows
from haike.said import SaidField

if TYPE_CHECKING:
    from haike.kernel.entity import Entity
    from haike.kernel.policy import Actor

origin: ContextVar[str] = ContextVar("haike_origin", default="")
"""Where a change comes from: an address, "api", "job 17"; set by the middleware and the worker."""
present_batch: ContextVar[Batch | None] = ContextVar("haike_batch", default=None)
"""The batch of the changes that are being made, unless they name another."""


@contextmanager
def within_batch(batch: Batch | None) -> Iterator[None]:
    """What is written here belongs to this batch, also what follows from it in other records."""
    token = present_batch.set(batch)
    try:
        yield
    finally:
        present_batch.reset(token)


class Batch(models.Model):
    """Many changes that belong together and are undone together: an import, a bulk edit.

    An undo begins at `undoing_at` and has ended at `undone_at`; between the two nobody else can begin one.
    """

    kind = models.CharField(_("Kind"), max_length=30)
    entity = models.CharField(max_length=60)
    title = SaidField(_("Title"), max_length=200)
    at = models.DateTimeField(_("Time"), db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undoing_at = models.DateTimeField(null=True)
    kept = models.PositiveIntegerField(default=0)
    """Changes that an undo left as they were, because somebody had changed the record since."""
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("Batch")


class Change(models.Model):
    """One row of the log; `diff` maps a field to [before, after].

    Names that begin with "_" are what an undo must know; they are not shown.
    """

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    by_name = models.CharField(max_length=60, blank=True)
    origin = models.CharField(max_length=60, blank=True)
    action = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=0)
    diff = models.JSONField(default=dict)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="changes", db_index=False)

    class Meta:
        verbose_name = _("Change")
        indexes = [
            models.Index(fields=["entity", "record_id", "id"], name="kernel_change_record"),
            models.Index(fields=["by", "at"], name="kernel_change_by"),
            models.Index(fields=["at"], name="kernel_change_at"),
            models.Index(fields=["batch", "id"], name="kernel_change_batch", condition=models.Q(batch__isnull=False)),
        ]

    def save(self, *args: Any, **options: Any) -> None:
        if self.pk:
            raise RuntimeError("a row of the change log is never changed")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise RuntimeError("a row of the change log is never deleted")


Listener = Callable[[str, str, Sequence[tuple[int, int, Mapping[str, Any]]]], None]
listeners: list[Listener] = []
"""Called within the transaction of the change: entity, action, and (key, version, diff) of each record."""


def log_many(
    entity: Entity,
    rows: Sequence[tuple[int, int, Mapping[str, Any]]],
    action: str,
    *,
    by: Actor,
    batch: Batch | None,
    at: Any,
) -> None:
    """Rows of the change log for (key, version, diff)."""
    batch = batch or present_batch.get()
    name, source, key = getattr(by, "name", ""), origin.get(), batch.pk if batch else None
    names = ("at", "entity", "record_id", "by", "by_name", "origin", "action", "version", "diff", "batch")
    fields: list[Any] = [Change._meta.get_field(each) for each in names]
    when, plain = fields[0].get_db_prep_save(at, connection), fields[8].get_db_prep_save({}, connection)
    insert_rows(
        Change,
        [str(field.column) for field in fields],
        (
            (when, entity.label, pk, by.pk, name, source, action, version,
             fields[8].get_db_prep_save(diff, connection) if diff else plain, key)
            for pk, version, diff in rows
        ),
    )  # fmt: skip
    for listener in listeners:
        listener(entity.label, action, rows)


FIELD_LABELS: dict[str, Any] = {}
"""Names in a diff that are no fields of the entity, and the words for them; rooms add theirs."""
SETTLED = "settle"
"""The action of rows that only an undo reads."""


def shown_diff(change: Change) -> dict[str, Any]:
    """What a row of the log tells people."""
    return {name: both for name, both in change.diff.items() if not name.startswith("_")}


ACTION_LABELS = {
    "create": _("created"),
    "change": _("changed"),
    "delete": _("moved to the recycle bin"),
    "restore": _("restored from the recycle bin"),
    "purge": _("deleted for good"),
    "archive": _("archived"),
    "unarchive": _("taken out of the archive"),
    "reveal": _("looked at hidden data"),
    "export": _("exported"),
    "undo": _("undone"),
    "share": _("shared"),
    "unshare": _("ended a share of"),
}
