"""What is told to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.kernel.option import option
from haike.kernel.versioned import Versioned, bump

TEST = "test"
"""The event of a delivery that carries no record and only shows that the address answers."""

MOST_EVENTS = 100
"""So many records at most are told in one delivery."""

ALLOW_HTTP = option(
    "api.webhook_http",
    False,
    _("Webhooks may go to addresses without encryption (http)"),
    group=_("API"),
    help=_("Everybody between here and there can read what is sent so."),
)
MOST_FAILURES = option(
    "api.webhook_failures",
    10,
    _("Failed tries in a row after which a webhook is switched off"),
    group=_("API"),
    help=_("Ten take about a day, because the pauses between them grow."),
    least=1,
    most=100,
)
KEPT_DAYS = option(
    "api.webhook_days",
    30,
    _("Days for which deliveries of webhooks are kept"),
    group=_("API"),
    least=1,
    most=3650,
)

_events: dict[str, str | Promise] = {
    "created": pgettext_lazy("event", "Created"),
    "changed": pgettext_lazy("event", "Changed"),
    "deleted": pgettext_lazy("event", "Deleted"),
    "restored": pgettext_lazy("event", "Restored"),
}
_actions: dict[str, str] = {
    "create": "created",
    "change": "changed",
    "delete": "deleted",
    "restore": "restored",
}


def declare_event(event: str, label: str | Promise, *, action: str) -> None:
    """Let webhooks tell of one more kind of act: the change log's `action` as the event `event`."""
    _events[event] = label
    _actions[action] = event


def events() -> dict[str, str | Promise]:
    """The events of every kind of record, with their words."""
    return dict(_events)


def event_of(action: str, diff: Mapping[str, Any], fields: Container[str]) -> tuple[str, list[str]]:
    """The event that a row of the change log is, empty for one that no webhook tells, and the fields that changed."""
    if "_deleted" in diff:
        return ("deleted" if diff["_deleted"][1] else "restored"), []
    event = _actions.get(action, "")
    # Also what an undo puts back, and what a room writes under a word of its own, such as tags. Where nothing is
    # another than before, somebody only looked.
    names = [name for name, (old, new) in diff.items() if name in fields and old != new]
    if action in ("archive", "unarchive") or "_archived" in diff:
        names.append("archived")
    if event in ("", "changed"):
        return ("changed" if names else ""), names
    return event, names


class Webhook(models.Model):
    """An address that is told what happens to records, as far as its owner may see them."""

    class Stopped(models.TextChoices):
        """Why one is switched off."""

        NOT = "", ""
        BY_HAND = "hand", _("Switched off")
        FAILURES = "failures", _("Switched off after too many failures")
        GONE = "gone", _("Switched off because the receiver said that it wants no more")
        OWNER = "owner", _("Switched off because its owner's account is closed")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Acts as"), db_index=False
    )
    name = models.CharField(_("Name"), max_length=60)
    url = models.CharField(_("Address"), max_length=500)
    wanted = models.JSONField(null=True, blank=True)
    """What it is told: {"customers.customer": ["created", "changed"]}; None for everything."""
    secret = models.TextField()
    old_secret = models.TextField(blank=True, default="")
    """The one before, with which deliveries are signed too until `old_until`."""
    old_until = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)
    stopped = models.CharField(max_length=10, choices=Stopped.choices, blank=True, default="")
    failures = models.PositiveIntegerField(default=0)
    """Failed tries since the last that worked."""
    rest_until = models.DateTimeField(null=True)
    """Before this nothing is sent, because the receiver has just failed."""
    busy_by = models.CharField(max_length=32, blank=True, default="")
    busy_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(_("Last delivery that worked"), null=True)

    class Meta:
        verbose_name = _("Webhook")
        verbose_name_plural = _("Webhooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def wants(self, entity: str, event: str) -> bool:
        """Whether it is told of this event of this kind of record."""
        return self.wanted is None or event in self.wanted.get(entity, ())

    @property
    def stopped_words(self) -> str:
        """Why it is off; empty while it is on."""
        return "" if self.active else str(self.Stopped(self.stopped or "hand").label)


def message_id() -> str:
    """What a receiver knows a delivery by, also when it comes again."""
    return f"msg_{uuid4().hex}"


class Delivery(models.Model):
    """One message to one webhook: an event of up to MOST_EVENTS records of one kind.

    `rows` are the keys of the records and the names of the fields that changed; what is sent of them is made at each
    try, with the rights of that moment. `seen_by` is the user as whom the last try was made: only he is shown `body`.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting")
        SENT = "sent", pgettext_lazy("webhook", "Delivered")
        FAILED = "failed", _("Failed")

    id = models.BigAutoField(primary_key=True)
    hook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    uid = models.CharField(max_length=40, unique=True, default=message_id)
    entity = models.CharField(max_length=80, blank=True, default="")
    event = models.CharField(_("Event"), max_length=20)
    rows = models.JSONField(default=list)
    at = models.DateTimeField(_("Time"), default=timezone.now)
    state = models.CharField(_("Status"), max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("Tries"), default=0)
    due_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    took = models.PositiveIntegerField(null=True)
    """Milliseconds of the last try."""
    status = models.PositiveSmallIntegerField(null=True)
    """The status code of the last answer; None when none came."""
    answer = models.TextField(blank=True, default="")
    fault = models.CharField(max_length=500, blank=True, default="")
    body = models.TextField(blank=True, default="")
    """What was sent at the last try, shortened."""
    records = models.PositiveIntegerField(null=True)
    """How many records were told at the last try."""
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = pgettext_lazy("webhook", "Delivery")
        verbose_name_plural = _("Deliveries")
        indexes = [
            models.Index(fields=["hook", "-id"], name="api_delivery_hook"),
            models.Index(fields=["hook", "due_at"], name="api_delivery_due", condition=Q(state="waiting")),
            models.Index(fields=["at"], name="api_delivery_at"),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def type(self) -> str:
        """The type of the message, such as "customers.customer.created"."""
        return f"{self.entity}.{self.event}" if self.entity else f"haike.{self.event}"


VERSION = "webhooks"
watched: Versioned[list[Webhook]] = Versioned(VERSION, lambda: list(Webhook.objects.filter(active=True)))
"""The webhooks that are on, from the process's memory: without one a change costs no query."""


def webhooks_changed() -> None:
    """Tell every process that webhooks are others than they were."""
    bump(VERSION)
