"""How a user wants to hear of things: quiet hours, pop-ups, sound, how many days ahead."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.versioned import Versioned, bump
from haike.talk.notice.reminder import reminders

MOST_DAYS = 30


class NoticeChoice(models.Model):
    """What one user chose; who has chosen nothing has pop-ups at all hours and no sound."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    popup = models.BooleanField(_("Pop-ups on the screen"), default=True)
    sound = models.BooleanField(_("A sound with each pop-up"), default=False)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("Quiet until"), null=True, blank=True)
    ahead = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Choice about notices")

    def __str__(self) -> str:
        return str(self.user_id)

    def days_ahead(self, kind: str) -> int:
        """How many days before the day a kind of reminder comes."""
        return int(self.ahead.get(kind, reminders()[kind].ahead))

    def is_quiet(self, now: datetime) -> bool:
        """Whether it is one of the quiet hours; they may go over midnight."""
        if self.quiet_from is None or self.quiet_to is None or self.quiet_from == self.quiet_to:
            return False
        clock = now.time().replace(tzinfo=None)
        if self.quiet_from < self.quiet_to:
            return self.quiet_from <= clock < self.quiet_to
        return clock >= self.quiet_from or clock < self.quiet_to


_choices: Versioned[dict[int, NoticeChoice]] = Versioned(
    "notice_choices", lambda: {choice.user_id: choice for choice in NoticeChoice.objects.all()}
)


def choice_of(user: Any) -> NoticeChoice:
    """What the user chose, from the process's memory; not to be changed in place."""
    return _choices().get(user.pk) or NoticeChoice(user_id=user.pk)


def is_quiet_for(user: Any) -> bool:
    """Whether the user wants to be left alone now, by his own clock."""
    zone = ZoneInfo(user.time_zone) if user.time_zone else timezone.get_default_timezone()
    return choice_of(user).is_quiet(timezone.localtime(timezone=zone))


def may_pop_up(user: Any) -> bool:
    """Whether something may come up on his screen now."""
    return choice_of(user).popup and not is_quiet_for(user)


def choose(
    user: Any, *, popup: bool, sound: bool, quiet_from: time | None, quiet_to: time | None, ahead: dict[str, int]
) -> None:
    """Keep what the user chose."""
    with transaction.atomic():
        NoticeChoice.objects.update_or_create(
            user_id=user.pk,
            defaults={
                "popup": popup, "sound": sound, "quiet_from": quiet_from, "quiet_to": quiet_to, "ahead": ahead,
            },
        )  # fmt: skip
        bump("notice_choices")
