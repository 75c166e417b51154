"""What pages work out from rights, settings and wishes alone, kept in the process until any of them changes.

Menus, tabs, heads of columns and the like are the same on each page of a reader until somebody changes roles, people,
pools, options, dictionaries, own fields, layouts, alarms or the reader his own wishes: all of these tell every process
by `bump`. What follows from anything else (records, the time, the address) is no business of this memory, unless it
stands in the key.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.utils.translation import get_language

from haike.kernel.versioned import EVERYTHING, Versioned

T = TypeVar("T")
MOST = 2_000
"""So many things are kept; all are dropped when there are more."""

_kept: Versioned[dict[Hashable, Any]] = Versioned(EVERYTHING, dict)


def kept_for(user: Any, key: Hashable, make: Callable[[], T]) -> T:
    """What `make()` gives for this reader in his language; `key` names it and tells all that it follows from besides
    what is versioned. It must not be changed afterwards."""
    memory = _kept()
    whole = (user.pk, get_language(), key)
    if whole not in memory:
        if len(memory) >= MOST:
            memory.clear()
        memory[whole] = make()
    found: T = memory[whole]
    return found
