"""Creating once: a program that sends a request again with the same key gets the same answer, and nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

HOURS = 24
LONGEST = 200


class OnceAnswer(models.Model):
    """What a request with a key was answered; `digest` tells whether a later one asks for the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=LONGEST)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="api_once")]


def once(key: str, asked: bytes, user: Any, make: Callable[[], Any]) -> Any:
    """The answer of `make`, or the one that was given to this key within the last day.

    Answer and record are written in one transaction, so of two requests at once the second waits for the first.
    """
    if not key:
        return make()
    if len(key) > LONGEST or not key.isprintable():
        raise Refused(_("An Idempotency-Key has at most %(most)s characters.") % {"most": LONGEST})
    digest, now = hashlib.sha256(asked).hexdigest(), timezone.now()
    mine = OnceAnswer.objects.filter(user=user, key=key)
    mine.filter(at__lt=now - timedelta(hours=HOURS)).delete()
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = OnceAnswer.objects.create(user=user, key=key, digest=digest, at=now)
        except IntegrityError:
            row = mine.get()
            if row.digest != digest:
                raise Refused(_("This Idempotency-Key was used for another request.")) from None
            return row.answer
        row.answer = make()
        row.save(update_fields=["answer"])
        return row.answer
