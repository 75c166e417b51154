"""What a role says of opportunities, and what follows from it."""

from __future__ import annotations

from haike.kernel.policy import Actor, FieldRight, Policy

WIDTH: tuple[FieldRight, ...] = ("hidden", "masked", "read", "edit")


class OpportunityPolicy(Policy):
    """The products tell the amount, and change it: nobody may do more with them than with the amount."""

    def field_right(self, user: Actor, field: str) -> FieldRight:
        found = super().field_right(user, field)
        if field != "lines":
            return found
        return min(found, super().field_right(user, "amount"), key=WIDTH.index)
