"""Writing down what broke, so that the number which a user reads out leads to the fault."""

from __future__ import annotations

import logging
import secrets
import sys
import traceback
from typing import Any

from django.db import Error as DatabaseError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from haike.people.error.record import ErrorRecord
from haike.people.signin.address import client_agent, client_ip

log = logging.getLogger("haike.errors")

EASY = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_TRACE = 20_000
SECRET_PATHS = ("/reset/", "/join/")
"""Addresses that hold a key; only their beginning is written down."""


def new_number() -> str:
    """A number such as 261121-7K3Q that can be read out on the telephone."""
    return f"{timezone.localtime():%y%m%d}-" + "".join(secrets.choice(EASY) for _ in range(4))


def note_error(request: HttpRequest) -> str:
    """Write the exception that is being handled into the table and the log; returns its number."""
    kind, value, __ = sys.exc_info()
    number = new_number()
    path = next((secret for secret in SECRET_PATHS if request.path.startswith(secret)), request.path)
    log.error("error %s at %s %s", number, request.method, path)
    try:
        with transaction.atomic():
            ErrorRecord.objects.create(
                number=number,
                at=timezone.now(),
                user_id=_user_id(request),
                method=(request.method or "")[:10],
                path=path[:500],
                ip=client_ip(request),
                agent=client_agent(request),
                kind=kind.__name__[:120] if kind else "",
                message=str(value)[:500],
                trace=traceback.format_exc()[-MOST_TRACE:],
            )
    except DatabaseError:
        # What broke may be the database itself; the log file has the number and the trace all the same.
        log.exception("error %s could not be written down", number)
    return number


def _user_id(request: HttpRequest) -> int | None:
    user: Any = getattr(request, "user", None)
    try:
        return user.pk if user is not None else None
    except DatabaseError:
        return None
