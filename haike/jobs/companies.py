"""Whose data is opened: one company, or one after the other in hosted mode.

Setting HAIKE_COMPANIES names a function that returns a door for every company: its name (the schema, which is also
what notifications carry) and a callable that returns a context manager. Within it all queries go to that company.
Without the setting there is one company, and its data is always open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.utils.module_loading import import_string

Door = Callable[[], AbstractContextManager[object]]


def doors() -> Mapping[str, Door]:
    """The doors of all companies, by name."""
    path = getattr(settings, "HAIKE_COMPANIES", "")
    if not path:
        return {"": nullcontext}
    found: Mapping[str, Door] = import_string(path)()
    return found
