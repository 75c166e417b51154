"""The states of a lead.

unassigned → to do → following → converted. Unassigned is what nobody owns; who gets it has it to do; the first talk
makes it followed. An invalid lead can be taken up again, a void one restored.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from haike.kernel.flow import Flow, Label, step
from haike.refused import Refused
from haike.sales.lead.record import FOLLOWING, INVALID, STATES, TO_DO, UNASSIGNED, VOID


class LeadFlow(Flow):
    """What people do; a claim, a first talk and the conversion move a lead by themselves."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    mark_invalid = step(TO_DO, FOLLOWING, to=INVALID, label=_("Mark as invalid"), asks=["invalid_reason"])
    take_up = step(INVALID, to=FOLLOWING, label=_("Take up again"))
    make_void = step(UNASSIGNED, TO_DO, FOLLOWING, INVALID, to=VOID, label=_("Make void"))
    bring_back = step(VOID, to=TO_DO, label=_("Bring back"))

    @mark_invalid.guard
    def owned(lead: Any) -> None:  # noqa: N805 - a guard is asked of the record
        """A lead in a pool has not been looked at by anybody."""
        if lead.pooled_at is not None:
            raise Refused(_("Claim the lead first."))
