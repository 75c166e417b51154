"""RevealCount: how many masked values somebody has looked at on one day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RevealCount(models.Model):
    """A counter beside the log, because a row can be raised by one statement that cannot pass the budget."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    alarmed = models.BooleanField(default=False)
    """Whether the boss has been told that this day's budget is used up."""

    class Meta:
        verbose_name = _("Looks at hidden data")
        verbose_name_plural = _("Looks at hidden data")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="people_reveal_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}: {self.count}"
