"""What a hosted company has booked and how much of it is used, for the page of its profile."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tenants.utils import get_tenant_model

from haike.company import current_key
from haike.files.blob import Blob
from haike.kernel.entity import Label
from haike.kernel.period import today
from haike.people.company.views import declare_facts
from haike.people.user.record import User

MEGABYTE = 1024 * 1024


def days_left(ends_on: date, day: date) -> str:
    """How long it still goes, in words."""
    days = (ends_on - day).days
    if days < 0:
        return str(_("ended"))
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def plan_facts() -> list[tuple[Label, str]]:
    """Plan, seats, dates and storage of the company whose data is open; what was not agreed on is left out."""
    company: Any = get_tenant_model().objects.get(schema_name=current_key())
    found: list[tuple[Label, str]] = []
    if company.plan:
        found.append((_("Plan"), company.plan))
    if company.seats is not None:
        users = User.objects.live().filter(is_active=True).count()
        found.append((_("Seats"), str(_("%(used)s of %(all)s used") % {"used": users, "all": company.seats})))
    if company.starts_on is not None:
        found.append((_("Begins"), f"{company.starts_on:%Y-%m-%d}"))
    if company.ends_on is not None:
        left = days_left(company.ends_on, today())
        found.append((_("Ends"), str(_("%(day)s, %(left)s") % {"day": f"{company.ends_on:%Y-%m-%d}", "left": left})))
    stored = Blob.objects.aggregate(sum=Sum("size"))["sum"] or 0
    if company.storage_mb is not None:
        room = {"used": filesizeformat(stored), "all": filesizeformat(company.storage_mb * MEGABYTE)}
        found.append((_("Storage"), str(_("%(used)s of %(all)s used") % room)))
    else:
        found.append((_("Storage"), str(_("%(used)s used") % {"used": filesizeformat(stored)})))
    return found


declare_facts(plan_facts)
