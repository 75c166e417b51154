"""The account that owns what lies in a pool."""

from __future__ import annotations

import secrets
from typing import Any

from django.utils import timezone

from haike.kernel import change
from haike.kernel.policy import System
from haike.kernel.record import writer
from haike.people.grants import organisation_changed
from haike.people.user.record import User

POOLS = System("pools")


def make_account(name: str) -> Any:
    """An account for a new pool: closed, without a password, and outside the lists of users."""
    account: Any = change.create(User, by=POOLS, owner=None, username=f"pool-{secrets.token_hex(6)}", name=name)
    with writer():
        account.owner_id, account.is_active, account.archived_at = account.pk, False, timezone.now()
        account.set_unusable_password()
        account.save(update_fields=["owner", "is_active", "archived_at", "password"])
    organisation_changed()
    return account


def rename_account(account: Any, name: str) -> None:
    """Let the account be called as the pool is."""
    change.change(account, by=POOLS, name=name)
    organisation_changed()
