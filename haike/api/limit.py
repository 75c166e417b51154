"""How often programs may ask: so many requests a minute and token, counted across all processes."""

from __future__ import annotations

import time

from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haike.api.token import ApiToken
from haike.kernel.option import option

RATE = option(
    "api.requests_per_minute",
    600,
    _("Requests a minute and token"),
    group=_("API"),
    help=_("0: as many as they like."),
    most=100_000,
)


class TooMany(Exception):
    """The token has used up its requests; `seconds` until it may ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class TokenUse(models.Model):
    """How many requests of a minute a token has taken, of all processes together."""

    token = models.OneToOneField(ApiToken, models.CASCADE, primary_key=True, related_name="use")
    minute = models.BigIntegerField()
    taken = models.PositiveIntegerField(default=0)


_held: dict[tuple[str, int], tuple[int, int]] = {}
"""By company and token: the minute, and how many requests this process may still let in without asking."""


def forget() -> None:
    """Drop what this process holds; for tests."""
    _held.clear()


def demand_rate(token: ApiToken) -> None:
    """Raise TooMany when the token has asked too often in this minute.

    A process takes some requests at a time, so that not each of them is a write.
    """
    limit = int(RATE())
    if not limit:
        return
    now = time.time()
    minute, key = int(now // 60), (str(getattr(connection, "schema_name", "")), token.pk)
    held_minute, left = _held.get(key, (0, 0))
    if held_minute != minute or left <= 0:
        left = _take(token, minute, limit, max(1, limit // 60))
        if not left:
            raise TooMany(60 - int(now % 60))
    _held[key] = (minute, left - 1)


def _take(token: ApiToken, minute: int, limit: int, some: int) -> int:
    mine = TokenUse.objects.filter(token=token)
    # What another process writes between two of these statements shows at the second attempt.
    for _attempt in range(2):
        if mine.filter(minute=minute, taken__lte=limit - some).update(taken=F("taken") + some):
            return some
        if mine.filter(minute__lt=minute).update(minute=minute, taken=some):
            return some
        try:
            with transaction.atomic():
                TokenUse.objects.create(token=token, minute=minute, taken=some)
        except IntegrityError:
            continue
        return some
    return 0
