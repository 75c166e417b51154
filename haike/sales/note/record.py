"""The table of quick call notes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import Phone, Pick
from haike.kernel.record import Record
from haike.refused import Refused
from haike.work.follow_up.record import to_minute

OPEN, DONE, DROPPED = "open", "done", "dropped"
STATES = {OPEN: _("To be handled"), DONE: _("Handled"), DROPPED: _("Nothing to do")}
LEAD, CUSTOMER, FOLLOW_UP = "lead", "customer", "follow_up"
BECAME = {LEAD: _("Lead"), CUSTOMER: _("Customer"), FOLLOW_UP: _("Follow-up")}
LONGEST = 2000


class CallNote(Record):
    """What somebody said who called or wrote; `customer` and `lead` are who it is, or what the note became."""

    text = models.TextField(_("What it is about"), max_length=LONGEST)
    phone = Phone(_("Phone"))
    manner = Pick("follow_up_manner", _("Manner"), default="call")
    at = models.DateTimeField(_("Time"), default=timezone.now)
    state = models.CharField(_("State"), max_length=10, choices=list(STATES.items()), default=OPEN, editable=False)
    became = models.CharField(
        _("Became"), max_length=10, choices=list(BECAME.items()), blank=True, default="", editable=False
    )
    customer = models.ForeignKey(
        "customers.Customer", models.SET_NULL, verbose_name=_("Customer"), null=True, blank=True, editable=False,
        related_name="call_notes", db_index=False,
    )  # fmt: skip
    lead = models.ForeignKey(
        "sales.Lead", models.SET_NULL, verbose_name=_("Lead"), null=True, blank=True, editable=False,
        related_name="call_notes", db_index=False,
    )  # fmt: skip
    handled_at = models.DateTimeField(_("Handled on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("Call note")
        verbose_name_plural = _("Call notes")
        indexes = [
            *hot_indexes("call_note", "at"),
            filter_index("call_note", "state", "at"),
            models.Index(fields=["customer"], name="call_note_customer", condition=Q(customer__isnull=False)),
            models.Index(fields=["lead"], name="call_note_lead", condition=Q(lead__isnull=False)),
        ]

    def __str__(self) -> str:
        line = " ".join(self.text.split())
        return line if len(line) <= 40 else f"{line[:40]}…"

    def prepare(self) -> None:
        self.at = to_minute(self.at)

    def clean(self) -> None:
        if not self.text.strip():
            raise Refused(fields={"text": _("Write down what it is about.")})
