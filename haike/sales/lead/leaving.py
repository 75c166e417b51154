"""What goes along when a person's leads are handed over: the next contacts planned with them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.handover.records import goes_along
from haike.sales.lead.record import Lead


def planned(user: Any) -> int:
    """How many of his leads wait for a next contact."""
    rows: Any = Lead.objects.live().filter(owner=user, next_contact_at__isnull=False)
    return int(rows.count())


goes_along("sales.lead", _("Next contacts planned"), planned)
