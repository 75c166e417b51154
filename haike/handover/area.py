"""The isolation area: an account that nobody signs in to and that keeps records until somebody deals them out.

Only those who see everybody's records see what lies there.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel.policy import System
from haike.kernel.record import writer
from haike.people.grants import organisation
from haike.people.user.record import User
from haike.pools.pool.account import make_account
from haike.pools.seas import seas

NAME = "isolation-area"
HANDOVER = System("handover")


def area_account() -> Any:
    """The account of the area, made when it is first needed."""
    found = User._base_manager.filter(username=NAME).first()
    if found is not None:
        return found
    with transaction.atomic():
        made = make_account(str(_("Isolation area")))
        with writer():
            User._base_manager.filter(pk=made.pk).update(username=NAME)
        made.username = NAME
    return made


def is_house(pk: int) -> bool:
    """Whether an account is a pool's, which nobody left behind."""
    return pk in seas().by_account


def area_key() -> int | None:
    """The key of the area's account, None as long as there is none."""
    return next((pk for pk, user in organisation().users.items() if user.username == NAME), None)
