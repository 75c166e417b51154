"""What a claimant leaves behind when he goes: his open cases."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.dedupe.claim.record import OPEN, WITHDRAWN, ClaimCase
from haike.handover.holding import hold
from haike.handover.rows import RowsHeld

hold(
    RowsHeld(
        "dedupe.claim",
        _("Open claim cases of his"),
        ClaimCase,
        "claimant",
        icon="scale",
        where=lambda: Q(state=OPEN),
        ends=lambda: {"state": WITHDRAWN, "ended_at": timezone.now()},
        group=_("Records"),
    )
)
