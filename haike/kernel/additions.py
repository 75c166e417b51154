"""What a company adds to the entities that the rooms declare: own fields, and its layout of form and page."""

from __future__ import annotations

from typing import Any


class Additions:
    """Nothing yet: the entities as declared. The room `fields` puts its own in the place of this one."""

    def looks(self, entity: Any) -> dict[str, Any]:
        """The declared fields and the own ones."""
        found: dict[str, Any] = entity.declared_looks
        return found

    def sections(self, entity: Any) -> list[Any]:
        """The sections of form and page."""
        found: list[Any] = entity.declared_sections
        return found

    def start(self, entity: Any, record: Any) -> None:
        """Give a fresh record the defaults of its own fields."""

    def check(self, entity: Any, records: list[Any], touched: set[str] | None) -> dict[int, Any]:
        """Check what concerns the whole of records about to be saved.

        `touched` are the fields that change, None for new records. The answer maps places in the list to a Refused.
        """
        return {}

    def finish(self, entity: Any, records: list[Any], touched: set[str] | None) -> dict[int, list[str]]:
        """Work out what follows in records that are in order and about to be saved.

        The answer maps places in the list to the words by which search shall find them besides, numbers just drawn.
        """
        return {}

    def logged(self, entity: Any, name: str) -> Any:
        """The look for a name in the change log, also of an own field that was deleted since; None when unknown."""
        return entity.looks.get(name)

    def settled(self, entity: Any, pk: int, names: set[str]) -> None:
        """Facts of a stored record have changed that nobody typed; work out what follows from them."""

    def right(self, entity: Any, user: Any, name: str, right: Any) -> Any:
        """The right to an own field, given what the roles say: nobody reads by a formula what he may not see."""
        return right
