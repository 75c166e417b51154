"""When: the states of a record and the steps between them.

class TicketFlow(Flow):
    states = {"open": _("Open"), "closed": _("Closed")}
    close = step("open", to="closed", label=_("Close"), asks=["answer"], announce="ticket.closed")

    @close.guard
    def needs_answer(ticket): ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

Label = str | Promise


class step:  # noqa: N801 - reads as a word of the declaration
    """A way from some states to one."""

    def __init__(
        self, *sources: str, to: str, label: Label = "", asks: list[str] | None = None, announce: str = ""
    ) -> None:
        self.sources, self.to, self.label = sources, to, label
        self.asks, self.announce = list(asks or []), announce
        self.guards: list[Callable[[Any], None]] = []
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def guard(self, function: Callable[[Any], None]) -> Callable[[Any], None]:
        """Register a check that raises Refused when the step may not be taken."""
        self.guards.append(function)
        return function

    def check(self, record: Any) -> None:
        """Refuse unless the record may take this step now."""
        if record.state not in self.sources:
            raise Refused(_("This step is not possible from the present state."))
        for check in self.guards:
            check(record)


class Flow:
    """The states of one entity; `field` holds the state of a record."""

    states: ClassVar[dict[str, Label]] = {}
    field: ClassVar[str] = "state"

    @classmethod
    def steps(cls) -> dict[str, step]:
        """All steps by name."""
        return {name: value for name, value in vars(cls).items() if isinstance(value, step)}

    @classmethod
    def open_steps(cls, record: Any) -> dict[str, step]:
        """The steps that the record's state allows, guards left aside."""
        return {name: s for name, s in cls.steps().items() if getattr(record, cls.field) in s.sources}
