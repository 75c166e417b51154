"""What hangs on an opportunity: who sees that one sees this."""

from __future__ import annotations

from haike.kernel.policy import Policy


class WithinOpportunity(Policy):
    """Needs, solutions, competitors and the people who decide go with their opportunity."""

    through = "opportunity"
