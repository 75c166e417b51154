"""The states of a shipment: shipped → signed for, and back where somebody was too quick."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from haike.kernel.flow import Flow, Label, step
from haike.sales.shipment.record import SHIPPED, SIGNED_FOR, STATES


class ShipmentFlow(Flow):
    """What people do."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    sign_for = step(
        SHIPPED, to=SIGNED_FOR, label=_("Sign for"), asks=["signed_for_on", "signed_for_by"],
        announce="sales.shipment.signed",
    )  # fmt: skip
    still_under_way = step(SIGNED_FOR, to=SHIPPED, label=_("Not signed for after all"))
