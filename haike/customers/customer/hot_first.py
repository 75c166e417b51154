"""Who wants the hot customers first in the list of all and in that of his own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.policy import Actor
from haike.kernel.versioned import Versioned, bump
from haike.refused import Refused


class HotFirst(models.Model):
    """A user whose lists begin with the hot ones; whoever has no row sees the newest first."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")

    class Meta:
        verbose_name = _("Hot customers first")


_kept: Versioned[frozenset[int]] = Versioned(
    "hot_first", lambda: frozenset(HotFirst.objects.values_list("user_id", flat=True))
)


def is_hot_first(user: Actor) -> bool:
    """Whether the user's lists begin with the hot ones; mostly without a query."""
    return user.pk in _kept()


def set_hot_first(user: Actor, *, on: bool) -> None:
    """Let the user's lists begin with the hot ones, or with the newest again."""
    if user.pk is None:
        raise Refused(_("Only people have lists of their own."))
    if on:
        # Two clicks at once are one.
        HotFirst.objects.bulk_create([HotFirst(user_id=user.pk)], ignore_conflicts=True)
    else:
        HotFirst.objects.filter(user_id=user.pk).delete()
    bump("hot_first")
