"""Finding the page of an address among some three hundred."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import ResolverMatch, URLResolver
from django.urls.resolvers import RoutePattern

MOST = 500
"""So many addresses are remembered; those of lists come all day, those of a record a few times."""


class Addresses(URLResolver):
    """All addresses; what an address means is remembered, as Django tries one pattern after the other, room by room."""

    def __init__(self, entries: list[Any]) -> None:
        super().__init__(RoutePattern(""), entries)
        self._remembered = lru_cache(MOST)(self._find)

    def _find(self, path: str) -> ResolverMatch:
        found = super().resolve(path)
        # For Django's page about an address that is none; copied at each request.
        found.tried = None
        return found

    def resolve(self, path: str) -> ResolverMatch:
        """As Django's."""
        return self._remembered(path)
