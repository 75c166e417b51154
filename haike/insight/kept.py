"""Saved pivots: a question under a name, for oneself, for one's roles or for everybody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

ME, ROLES, EVERYBODY = "me", "roles", "all"
WHO = {ME: _("Only me"), ROLES: _("Everybody with my role"), EVERYBODY: _("Everybody in the company")}
MOST, LONGEST = 50, 4_000


class SavedPivot(models.Model):
    """A pivot over one kind of record; `state` is the query of its address. Whoever opens it sees his own records."""

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=80)
    name = models.CharField(_("Name"), max_length=60)
    state = models.CharField(max_length=LONGEST)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    who = models.CharField(max_length=5, choices=list(WHO.items()), default=ME)
    roles = models.JSONField(default=list)

    class Meta:
        verbose_name = _("Saved pivot")
        verbose_name_plural = _("Saved pivots")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["entity", "owner"], name="insight_pivot_owner")]
        constraints = [models.UniqueConstraint(fields=["owner", "entity", "name"], name="insight_pivot_name")]

    def __str__(self) -> str:
        return self.name


def pivots_for(entity: str, user: Any) -> list[SavedPivot]:
    """His own pivots of a list and those that others share with him."""
    mine = set(getattr(user, "role_ids", ()))
    rows = SavedPivot.objects.filter(Q(owner_id=user.pk) | Q(who=EVERYBODY) | Q(who=ROLES), entity=entity)
    return [row for row in rows if row.owner_id == user.pk or row.who == EVERYBODY or mine & set(row.roles)]


def keep_pivot(entity: str, name: str, state: str, who: str, *, by: Any) -> SavedPivot:
    """Keep a pivot; one of the same name is replaced."""
    if len(state) > LONGEST:
        raise Refused(_("This filter is too long to be saved."))
    if SavedPivot.objects.filter(entity=entity, owner_id=by.pk).exclude(name=name).count() >= MOST:
        raise Refused(_("You have %(most)s pivots of this list; delete one first.") % {"most": MOST})
    roles = list(getattr(by, "role_ids", ())) if who == ROLES else []
    kept, __ = SavedPivot.objects.update_or_create(
        entity=entity, owner_id=by.pk, name=name, defaults={"state": state, "who": who, "roles": roles}
    )
    return kept
