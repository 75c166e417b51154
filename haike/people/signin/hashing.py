"""How many passwords are hashed at the same time.

Argon2 takes 100 MB and a tenth of a second of a core for each; without a limit a handful of wrong guesses would take
the memory and the processors from everybody else's pages.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

AT_ONCE = 2
PATIENCE = 10.0

_free = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def hashing() -> Iterator[None]:
    """Wait for a free place; Refused when there is none for ten seconds."""
    if not _free.acquire(timeout=PATIENCE):
        raise Refused(_("Too many people are signing in at this moment. Try again in a minute."))
    try:
        yield
    finally:
        _free.release()
