"""Signed addresses of contents: they expire, and whoever follows one must still see the record."""

from __future__ import annotations

import time

from django.utils.crypto import constant_time_compare, salted_hmac

HOURS = 2
"""At least so long does an address hold; it is the same within an hour, so that browsers keep pictures."""
FORMS = ("file", "pdf", "96", "1600")
"""The content itself for downloading, the same to be shown by the browser, and pictures drawn anew by longest side."""
_SALT = "haike.files.links"


def link(pk: int, form: str = "file") -> str:
    """The address of an attachment's content in one of FORMS."""
    until = (int(time.time()) // 3600 + HOURS) * 3600
    facts = f"{pk}.{form}.{until}"
    return f"/attachments/content/{facts}.{_signature(facts)}"


def _signature(facts: str) -> str:
    return salted_hmac(_SALT, facts, algorithm="sha256").hexdigest()[:40]


def read_link(token: str) -> tuple[int, str, bool] | None:
    """The attachment, its form and whether the address still holds; None for what was not signed by us."""
    facts, __, signature = token.rpartition(".")
    if not constant_time_compare(signature, _signature(facts)):
        return None
    pk, form, until = facts.split(".")
    return int(pk), form, int(until) > time.time()
