"""Stars: a user follows a record, finds it again under "Starred", and hears of its changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.prepared import keyed_alone, prepared
from haike.kernel.entity import Category, Entity
from haike.kernel.icon import icon
from haike.kernel.policy import Actor
from haike.kernel.versioned import Versioned, bump
from haike.refused import Refused

MOST_STARS = 1_000


class Star(models.Model):
    """One user follows one record, named by its entity's label and its key."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    entity = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Star")
        constraints = [models.UniqueConstraint(fields=["user", "entity", "record_id"], name="talk_star_once")]
        indexes = [models.Index(fields=["entity", "record_id"], name="talk_star_record")]

    def __str__(self) -> str:
        return f"{self.user_id} ★ {self.entity} {self.record_id}"


_kept: Versioned[dict[int, dict[str, frozenset[int]]]] = Versioned("stars", dict)
"""The stars of the users who were here lately, kept in the process until somebody sets one."""


def stars_of(user: Actor, entity: str) -> frozenset[int]:
    """The keys of the records of one kind that the user follows; mostly without a query."""
    if user.pk is None:
        return frozenset()
    kept = _kept()
    if user.pk not in kept:
        found: dict[str, set[int]] = {}
        for label, key in Star.objects.filter(user_id=user.pk).values_list("entity", "record_id"):
            found.setdefault(label, set()).add(key)
        kept[user.pk] = {label: frozenset(keys) for label, keys in found.items()}
    return kept[user.pk].get(entity, frozenset())


def set_star(entity: Entity, record: Any, *, on: bool, by: Actor) -> None:
    """Follow a record, or follow it no longer."""
    if by.pk is None:
        raise Refused(_("Only people follow records."))
    mine = Star.objects.filter(user_id=by.pk, entity=entity.label, record_id=record.pk)
    if not on:
        mine.delete()
    elif not mine.exists():
        if Star.objects.filter(user_id=by.pk).count() >= MOST_STARS:
            raise Refused(_("You follow %(most)s records already; let some go first.") % {"most": MOST_STARS})
        # Two clicks at once are one star.
        Star.objects.bulk_create(
            [Star(user_id=by.pk, entity=entity.label, record_id=record.pk, at=timezone.now())], ignore_conflicts=True
        )
    bump("stars")


def followers(entity: str, key: int) -> list[int]:
    """The keys of the users who follow a record."""

    def rows() -> Any:
        return Star.objects.filter(keyed_alone(Star, "record_id"), entity=entity).values_list("user_id")

    return [user for (user,) in prepared(("followers", entity), rows, [key])]


def starred(entity: Entity) -> Category:
    """The tab of a list with what one follows."""
    return Category(_("Starred"), lambda user: Q(pk__in=sorted(stars_of(user, entity.label))))


def marks(entity: Entity, user: Actor, records: Sequence[Any]) -> dict[int, str]:
    """A star beside the names of what one follows."""
    mine = stars_of(user, entity.label)
    html = f'<span class="row-star">{icon("star-filled", str(_("Starred")))}</span>'
    return {record.pk: html for record in records if record.pk in mine}
