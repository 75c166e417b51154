"""Tags and what they hang on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.prepared import keyed, prepared
from haike.kernel.escape import escape
from haike.kernel.policy import Actor
from haike.kernel.versioned import Versioned

COLOURS = [
    ("grey", _("Grey")),
    ("blue", _("Blue")),
    ("teal", _("Teal")),
    ("green", _("Green")),
    ("yellow", _("Yellow")),
    ("orange", _("Orange")),
    ("red", _("Red")),
    ("pink", _("Pink")),
    ("purple", _("Purple")),
]
LONGEST_NAME = 20


class Tag(models.Model):
    """A coloured word; without an owner it belongs to the whole company, else only its owner sees it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=LONGEST_NAME)
    colour = models.CharField(_("Colour"), max_length=10, choices=COLOURS, default="grey")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("Created"), default=timezone.now)

    class Meta:
        verbose_name = _("Tag")
        verbose_name_plural = _("Tags")
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(owner__isnull=True), name="talk_tag_company"),
            models.UniqueConstraint(fields=["owner", "name"], condition=Q(owner__isnull=False), name="talk_tag_own"),
        ]

    def __str__(self) -> str:
        return self.name


class Tagged(models.Model):
    """One tag on one record, named by its entity's label and its key."""

    id = models.BigAutoField(primary_key=True)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged", db_index=False)
    entity = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    rule = models.BigIntegerField(null=True)
    """The key of the rule that hung it; none by hand. What people hang stays whatever rules say."""

    class Meta:
        verbose_name = _("Tag on a record")
        constraints = [
            # Also the index by which a list finds the records of a tag.
            models.UniqueConstraint(fields=["tag", "entity", "record_id"], name="talk_tagged_once")
        ]
        indexes = [models.Index(fields=["entity", "record_id", "tag"], name="talk_tagged_record")]

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id}: {self.tag_id}"


class TagMove(models.Model):
    """What a bulk act did to one tag on one record, with the facts of the hanging: an undo restores it exactly."""

    id = models.BigAutoField(primary_key=True)
    batch = models.BigIntegerField()
    hung = models.BooleanField()
    tag = models.BigIntegerField()
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    rule = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["batch", "record_id"], name="talk_tag_move_batch")]

    def __str__(self) -> str:
        return f"{self.batch} {self.record_id}: {'+' if self.hung else '-'}{self.tag}"


@dataclass(frozen=True)
class TagFacts:
    """A tag as kept in the process."""

    id: int
    name: str
    colour: str
    owner_id: int | None

    @property
    def chip(self) -> str:
        """As HTML."""
        return f'<span class="tag tag-{self.colour}">{escape(self.name)}</span>'


def _read() -> dict[int, TagFacts]:
    rows = Tag.objects.order_by("name", "id").values_list("id", "name", "colour", "owner_id")
    return {pk: TagFacts(pk, name, colour, owner) for pk, name, colour, owner in rows}


tags: Versioned[dict[int, TagFacts]] = Versioned("tags", _read)
"""All tags of the company by key, kept in the process until one of them changes."""


def tags_for(user: Actor) -> dict[int, TagFacts]:
    """The company's tags and the user's own."""
    return {pk: tag for pk, tag in tags().items() if tag.owner_id is None or tag.owner_id == user.pk}


def tags_on(entity: str, keys: Iterable[int], user: Actor | None) -> dict[int, list[TagFacts]]:
    """The tags of some records that the user sees, by the records' keys; only the company's without a user."""
    known = tags_for(user) if user is not None else {pk: tag for pk, tag in tags().items() if tag.owner_id is None}
    found: dict[int, list[TagFacts]] = {}
    if known:

        def rows() -> Any:
            some = Tagged.objects.filter(keyed(Tagged, "record_id"), entity=entity)
            return some.order_by("id").values_list("record_id", "tag_id")

        for record_id, tag_id in prepared(("tagged", entity), rows, list(keys)):
            if tag_id in known:
                found.setdefault(record_id, []).append(known[tag_id])
    return found
