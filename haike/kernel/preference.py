"""What users keep about lists: saved views, shown columns, open and recent records."""

from collections import defaultdict, namedtuple
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.prepared import keyed, prepared
from haike.kernel.entity import Entity, entity_named
from haike.kernel.versioned import Versioned, bump

RECENT = 20
Open = namedtuple("Open", "pk entity record_id title")  # a tab of the strip

_kept: Versioned[dict[Any, Any]] = Versioned("lists", dict)
"""Views and choices of the users who were here lately, kept in the process until one of them changes."""


class SavedView(models.Model):
    """A list with its tab, filter, sort and columns under a name; `state` is the query of its address."""

    entity = models.CharField(max_length=80)
    name = models.CharField(_("Name"), max_length=60)
    state = models.CharField(max_length=4000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    roles = models.JSONField(default=list)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("Saved view")
        indexes = [models.Index(fields=["entity", "owner"], name="kernel_view_owner")]
        constraints = [models.UniqueConstraint(fields=["owner", "entity", "name"], name="kernel_view_name")]
        ordering = ["position", "id"]

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        bump("lists")

    def delete(self, *args: Any, **options: Any) -> Any:
        found = super().delete(*args, **options)
        bump("lists")
        return found

    @classmethod
    def for_user(cls, entity: str, user: Any) -> list["SavedView"]:
        """His own views and those shared with one of his roles."""
        mine, kept, key = set(getattr(user, "role_ids", ())), _kept(), ("views", user.pk, entity)
        rows: list[SavedView] | None = kept.get(key)
        if rows is None:
            found = cls.objects.filter(entity=entity).filter(Q(owner_id=user.pk) | ~Q(roles=[]))
            rows = kept[key] = list(found)
        return [view for view in rows if view.owner_id == user.pk or mine & set(view.roles)]


class ListChoice(models.Model):
    """How a user likes one list: `columns` in order, `widths` in pixels by column, page size, density."""

    entity = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    columns = models.JSONField(default=list)
    widths = models.JSONField(default=dict)
    size = models.PositiveSmallIntegerField(default=0)
    dense = models.BooleanField(default=False)
    searched = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "entity"], name="kernel_list_choice_once")]

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        bump("lists")


def list_choice(user: Any, entity: str) -> ListChoice | None:
    """How the user likes this list; not to be changed in place."""
    kept, key = _kept(), ("choice", user.pk, entity)
    if key not in kept:
        kept[key] = ListChoice.objects.filter(user_id=user.pk, entity=entity).first()
    return kept[key]  # type: ignore[no-any-return]


class Visit(models.Model):
    """A record that a user opened; the newest are his recent ones, `open` ones stand in the strip of tabs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    entity = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    title = models.CharField(max_length=120)
    at = models.DateTimeField()
    open = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "entity", "record_id"], name="kernel_visit_once")]
        indexes = [models.Index(fields=["user", "-at"], name="kernel_visit_recent")]


def note_visit(user: Any, entity: str, record_id: int, title: str) -> None:
    """Remember that a user opened a record."""
    table, now = Visit._meta.db_table, connection.ops.adapt_datetimefield_value(timezone.now())
    sql = (  # by hand, one statement: every record page waits for it
        f"INSERT INTO {table} (user_id, entity, record_id, title, at, open) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (user_id, entity, record_id) DO UPDATE SET title = EXCLUDED.title, at = EXCLUDED.at, open = TRUE"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [user.pk, entity, record_id, title[:120], now, True])


def recent_visits(user: Any) -> list[Visit]:
    """The records he opened last and still sees, newest first."""
    return still_seen(user, Visit.objects.filter(user_id=user.pk).order_by("-at")[:RECENT])


def open_visits(user: Any, most: int) -> list[Open]:
    """The records of his strip of tabs that he opened last and still sees, newest first."""
    table = connection.ops.quote_name(Visit._meta.db_table)
    # By hand: every page waits for it.
    sql = f"SELECT id, entity, record_id, title FROM {table} WHERE user_id = %s AND open ORDER BY at DESC LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [user.pk, most])
        rows = cursor.fetchall()
    return still_seen(user, map(Open._make, rows))


def still_seen(user: Any, visits: Iterable[Any]) -> list[Any]:
    """Without records that were since deleted, or given to somebody whose records the user does not see."""
    kept = list(visits)
    keys: dict[str, set[int]] = defaultdict(set)
    for visit in kept:
        keys[visit.entity].add(visit.record_id)
    seen = set()
    for label, some in keys.items():
        entity = entity_named(label)
        if entity is not None:
            seen |= {(label, pk) for pk in visible_keys(entity, user, list(some))}
    return [visit for visit in kept if (visit.entity, visit.record_id) in seen]


def visible_keys(entity: Entity, user: Any, keys: list[int]) -> set[int]:
    """Those of these keys whose records the user sees."""

    def rows() -> Any:
        return entity.model.objects.visible_to(user).filter(keyed(entity.model)).values_list("pk")

    return {pk for (pk,) in prepared(("seen", entity.policy.key(user)), rows, keys)}


def close_tab(user: Any, entity: str, record_id: int) -> None:
    """Take a record out of the strip of tabs."""
    Visit.objects.filter(user_id=user.pk, entity=entity, record_id=record_id).update(open=False)
