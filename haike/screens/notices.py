"""Where the sentences wait that the next page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.messages.storage.fallback import FallbackStorage

MOST = 5
"""So many wait, the newest. A browser shows them at once; who only sends forms would carry a pile of them, for which
the cookie is too small, so that each answer would also write the session."""


class Notices(FallbackStorage):
    """Django's, with only the newest kept."""

    def _store(self, messages: Sequence[Any], response: Any, *args: Any, **options: Any) -> Any:
        return super()._store(list(messages)[-MOST:], response, *args, **options)  # type: ignore[misc]  # the stubs lack it
