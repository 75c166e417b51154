"""Tokens: a program's key to act as one user, with that user's rights and no others."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entity_named
from haike.refused import Refused
from haike.sheets.values import clean_text

MOST = 20
SCOPES = {"read": _("Read"), "create": _("Create"), "change": _("Change"), "delete": _("Delete")}
PREFIX = "haike_"


class ApiToken(models.Model):
    """One key of a user. Only a digest is kept; `start` is what lists show of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("Name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=14)
    read_only = models.BooleanField(_("Only reads"), default=False)
    scopes = models.JSONField(null=True, blank=True)
    """What it may do with which entity: {"customers.customer": ["read", "create"]}; None for all that its user may."""
    made_at = models.DateTimeField(_("Made"))
    expires_at = models.DateTimeField(_("Expires"), null=True, blank=True)
    used_at = models.DateTimeField(_("Last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("Token")
        verbose_name_plural = _("Tokens")
        ordering = ["-made_at"]

    def may(self, label: str, scope: str) -> bool:
        """Whether programs with this token may do this to records of this kind; the user's rights come on top."""
        if self.read_only and scope != "read":
            return False
        return self.scopes is None or scope in self.scopes.get(label, ())

    @property
    def scope_words(self) -> list[str]:
        """What it may, in words; empty for a token without limits."""
        found = []
        for label, scopes in (self.scopes or {}).items():
            entity = entity_named(label)
            if entity is not None:
                words = ", ".join(str(SCOPES[scope]) for scope in SCOPES if scope in scopes)
                found.append(f"{entity.label_plural} ({words})")
        return found


def digest(key: str) -> str:
    """What is stored of a key. A key has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def make_token(
    *, name: str, days: int, read_only: bool, by: Any, scopes: dict[str, list[str]] | None = None
) -> tuple[ApiToken, str]:
    """Make a token for a user; the key itself is returned this once only. `days` 0: it never expires."""
    if scopes is not None and not any(scopes.values()):
        raise Refused(_("Choose at least one thing that the token may do."))
    name = clean_text(name)
    if not 1 <= len(name) <= 60:
        raise Refused(fields={"name": _("Give the token a name of at most 60 characters.")})
    if ApiToken.objects.filter(user=by).count() >= MOST:
        raise Refused(_("You have %(most)s tokens; end one first.") % {"most": MOST})
    key = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken.objects.create(
        user=by,
        name=name,
        digest=digest(key),
        start=key[:12],
        read_only=read_only,
        scopes=scopes,
        made_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    return token, key


def token_for(key: str) -> ApiToken | None:
    """The valid token with this key, of a user who may still sign in."""
    now = timezone.now()
    found = ApiToken.objects.select_related("user").filter(digest=digest(key)).first()
    if found is None or not found.user.is_active or found.user.deleted_at is not None:
        return None
    if found.expires_at is not None and found.expires_at <= now:
        return None
    # One write a minute is exact enough to see whether a token is still needed.
    if found.used_at is None or now - found.used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=found.pk).update(used_at=now)
    return found
