"""The base of every entity's table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models.base import ModelState
from django.utils.translation import gettext_lazy as _

from haike.find.columns import ColumnsQuery
from haike.find.custom import Custom

if TYPE_CHECKING:
    from haike.kernel.policy import Actor

_writing: ContextVar[bool] = ContextVar("haike_writing", default=False)


@contextmanager
def writer() -> Iterator[None]:
    """Open the only way to the tables; held by change.py, bulk writes and the sample company, by nobody else."""
    before = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(before)


def demand_writer(model: type[models.Model]) -> None:
    """Refuse a write that would leave no log, no index and no check of rights."""
    if not _writing.get():
        raise RuntimeError(f"{model.__name__} is written by haike.kernel.change only (create, change, remove …)")


class RecordQuerySet(models.QuerySet[Any]):
    """Rows of a Record; reading starts at `visible_to`, writing is refused."""

    def __init__(self, model: Any = None, query: Any = None, using: str | None = None, hints: Any = None) -> None:
        super().__init__(model, query or ColumnsQuery(model), using, hints)

    def visible_to(self, user: Actor, action: str = "view") -> Self:
        """Only the rows this user may `action`; rows in the recycle bin are left out."""
        return self.filter(entity_policy(self.model).rows(user, action), deleted_at__isnull=True)

    def live(self) -> Self:
        """Without the recycle bin."""
        return self.filter(deleted_at__isnull=True)

    def update(self, **values: Any) -> int:
        demand_writer(self.model)
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        demand_writer(self.model)
        return super().delete()

    def bulk_create(self, *args: Any, **options: Any) -> list[Any]:
        demand_writer(self.model)
        return super().bulk_create(*args, **options)

    def bulk_update(self, *args: Any, **options: Any) -> int:
        demand_writer(self.model)
        return super().bulk_update(*args, **options)


RecordManager = models.Manager.from_queryset(RecordQuerySet)


def _person(label: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=label,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )


class Record(models.Model):
    """What every record has: who owns it, who made and changed it when, its version, and the recycle bin.

    `department` is the owner's department at the time he became the owner. `custom` holds own fields.
    """

    id = models.BigAutoField(_("ID"), primary_key=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Owner"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    department = models.ForeignKey(
        settings.HAIKE_DEPARTMENT_MODEL,
        models.PROTECT,
        verbose_name=_("Department"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("Created"), editable=False)
    created_by = _person(_("Created by"))
    changed_at = models.DateTimeField(_("Changed"), editable=False)
    changed_by = _person(_("Changed by"))
    version = models.PositiveIntegerField(default=1, editable=False)
    custom = Custom(default=dict, blank=True, editable=False)
    deleted_at = models.DateTimeField(_("Deleted"), null=True, blank=True, editable=False)
    deleted_by = _person(_("Deleted by"))
    archived_at = models.DateTimeField(_("Archived"), null=True, blank=True, editable=False)

    held = False
    """Whether each process keeps all rows in memory, so that nobody joins them: people, departments."""
    touched: Set[str] | None = None
    """The fields that the present write gives, None for all: what follows from others is settled already."""

    objects = RecordManager()
    pk = property(attrgetter("id"), models.Model.pk.fset)  # a page asks a thousand times; Django's takes four as long

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        demand_writer(type(self))
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        demand_writer(type(self))
        return super().delete(*args, **options)

    @classmethod
    def from_db(  # type: ignore[override]  # Django 5.2 has no `fetch_mode` yet
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """A record as read. Django's own way asks each of the forty fields whether it was read; lists read ten of
        fifty records. Signals that tell of a new instance are not sent; no room listens."""
        record = cls.__new__(cls)
        state = ModelState()
        state.adding, state.db = False, db
        record.__dict__.update(zip(field_names, values, strict=True), _state=state)
        return record

    def prepare(self) -> None:
        """Compute the stored facts that follow from other fields; called before each validation."""

    def given(self) -> None:
        """Compute the stored facts that follow from having got another owner at `changed_at`; before `prepare`."""


def entity_policy(model: type[models.Model]) -> Any:
    """The policy of a model's entity, set when the entity registers itself."""
    return model._haike_entity.policy  # type: ignore[attr-defined]
