"""The tables of scoring: rules that an administrator writes, and what was learned when from how many leads."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_POINTS = 100
LEAD, TALK = "lead", "talk"
CHANCE, BUYER, NOW, SAID, PERSON, QUOTED = "chance", "buyer", "now", "said", "person", "quoted"
ABOUTS = {
    LEAD: _("The lead itself (profile)"),
    TALK: _("Each talk with it (behaviour)"),
    CHANCE: _("The opportunity itself (fit)"),
    BUYER: _("Its customer (fit)"),
    NOW: _("The opportunity as it stands (intent)"),
    SAID: _("Each follow-up with its customer (intent)"),
    PERSON: _("Each person who decides (intent)"),
    QUOTED: _("Each quote for it (intent)"),
}


class ScoreRule(models.Model):
    """Points for each lead or opportunity, or for each talk or other row that belongs to one, that a filter finds.

    `condition` is the text of a list's filter. The points of a talk are halved every `halves_after` days and counted
    for the newest `times` talks at most.
    """

    name = models.CharField(_("Name"), max_length=60)
    about = models.CharField(_("Looks at"), max_length=8, choices=list(ABOUTS.items()), default=LEAD)
    condition = models.TextField(default="")
    points = models.SmallIntegerField(
        _("Points"), validators=[MinValueValidator(-MOST_POINTS), MaxValueValidator(MOST_POINTS)]
    )
    halves_after = models.PositiveSmallIntegerField(
        _("Points halve after days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Empty: they stay."),
    )
    times = models.PositiveSmallIntegerField(
        _("Counts at most so many talks"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("Scoring rule")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ScoreModel(models.Model):
    """What was learned at one time. `base`, `weights` and `means` are in log odds; the newest one `in_use` counts."""

    learned_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    won = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    auc = models.FloatField()
    rules_auc = models.FloatField(null=True)
    miscalibration = models.FloatField()
    bands = models.JSONField(default=list)
    """Calibration: [number, foretold, came] for each band."""
    base = models.FloatField()
    weights = models.JSONField(default=dict)
    means = models.JSONField(default=dict)
    in_use = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("Learned model")
        ordering = ["-id"]
