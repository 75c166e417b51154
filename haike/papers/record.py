"""The tables of links to papers and of their openings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PaperLink(models.Model):
    """A paper as it was sent, and the link under which it is read.

    The token stands here twice: as a digest, by which a link is found, and sealed, so that its sender can copy it
    again. A copy of the database alone opens no paper.
    """

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    title = models.CharField(pgettext_lazy("sent", "Paper"), max_length=200)
    html = models.TextField()
    """The sheet itself, escaped when it was made; nobody edits it."""
    language = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    code = models.TextField(blank=True, default="")
    """The code that is asked for, sealed; empty for none."""
    to = models.CharField(pgettext_lazy("paper", "To whom"), max_length=120, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Sent by"))
    at = models.DateTimeField(_("Sent"))
    expires_at = models.DateTimeField(_("Valid until"))
    withdrawn_at = models.DateTimeField(_("Withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opened = models.PositiveIntegerField(_("Opened"), default=0)
    first_at = models.DateTimeField(_("First opened"), null=True)
    last_at = models.DateTimeField(_("Last opened"), null=True)
    wrong = models.PositiveIntegerField(default=0)
    """Wrong codes since the last right one."""
    wrong_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Link to a paper")
        verbose_name_plural = _("Links to papers")
        indexes = [models.Index(fields=["entity", "record_id", "-id"], name="papers_link_record")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_good(self) -> bool:
        """Whether it is still to be read, as far as the link itself knows."""
        return self.withdrawn_at is None and self.expires_at > timezone.now()

    def state(self) -> tuple[str, Any]:
        """What the link is now: a colour and a word."""
        if self.withdrawn_at is not None:
            return "grey", pgettext_lazy("paper", "Withdrawn")
        if self.expires_at <= timezone.now():
            return "grey", _("Expired")
        return ("green", _("Opened")) if self.opened else ("blue", _("Not opened yet"))


class PaperMail(models.Model):
    """The e-mail by which a link goes out; the code of a paper never stands in it.

    Each address gets a message of its own that names them all, so that one which the server refuses, or a second
    try, lets nobody read the mail twice or not at all.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting to be mailed")
        SENT = "sent", _("Mailed")
        FAILED = "failed", _("Not mailed")

    id = models.BigAutoField(primary_key=True)
    link = models.OneToOneField(PaperLink, models.CASCADE, related_name="mail")
    uid = models.CharField(max_length=32, unique=True)
    to = models.JSONField(default=list)
    """Addresses, as they stand in the mail."""
    copy_to = models.EmailField(max_length=120, blank=True, default="")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    """As it was typed: the link is put in where {link} stands when the mail leaves, for it is a secret."""
    site = models.CharField(max_length=300)
    """The address of this program, with the slash at its end."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    taken = models.JSONField(default=list)
    """Addresses for which the server has taken the mail."""
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=20, blank=True, default="")
    """Why the last try did not work, one of `server.FAULTS`."""
    refused = models.JSONField(default=list)
    """Addresses that the server does not take."""

    class Meta:
        verbose_name = _("E-mail with a paper")

    def __str__(self) -> str:
        return self.subject

    @property
    def colour(self) -> str:
        """The colour of its state."""
        return {"sent": "green", "failed": "red"}.get(self.state, "blue")


class Opening(models.Model):
    """One time that somebody outside read a paper: when, from which network, with what."""

    id = models.BigAutoField(primary_key=True)
    link = models.ForeignKey(PaperLink, models.CASCADE, related_name="openings", db_index=False)
    at = models.DateTimeField()
    network = models.CharField(max_length=60, blank=True)
    device = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("Opening of a paper")
        indexes = [models.Index(fields=["link", "-id"], name="papers_opening_link")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.at}"
