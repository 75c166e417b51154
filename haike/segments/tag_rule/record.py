"""TagRule: a tag of the company that records carry as long as conditions hold."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.record import Record
from haike.segments.conditions import Conditions
from haike.segments.offered import entity_choices
from haike.talk.tag.record import LONGEST_NAME


class TagRule(Record):
    """Every night, and when it is asked to, the rule hangs its tag on what it finds and takes it off what it has
    tagged and finds no more. `tag_key` is the key of the tag with that name."""

    name = models.CharField(
        _("Tag"),
        max_length=LONGEST_NAME,
        help_text=_("A tag of the company; it is made if there is none of this name."),
    )
    entity = models.CharField(_("Kind of records"), max_length=60, choices=entity_choices)
    conditions = Conditions(_("Conditions"))
    runs = models.BooleanField(_("Runs by itself every night"), default=False)
    tag_key = models.BigIntegerField(editable=False)

    class Meta:
        verbose_name = _("Tag rule")
        verbose_name_plural = _("Tag rules")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "tag_key"], condition=Q(deleted_at__isnull=True), name="segments_tag_rule_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
