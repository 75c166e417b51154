"""The guided start: whether the sample company is in, and how far a new company has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.customers.models import Customer
from haike.kernel.option import OptionValue
from haike.kernel.versioned import Versioned
from haike.people.company.profile import company
from haike.people.models import User
from haike.work.models import FollowUp

SAMPLE = "site.sample"


def _present() -> bool:
    return OptionValue.objects.filter(key=SAMPLE).exists()


sample_present = Versioned("options", _present)
"""Whether the rows of the sample company are still there; kept in the process."""


@dataclass(frozen=True)
class Step:
    """Something a new company does first."""

    label: str | Promise
    text: str | Promise
    url: str
    icon: str
    done: bool


def steps() -> list[Step]:
    """What a company begins with, ticked off by what is really there; examples do not count."""
    note: dict[str, Any] = OptionValue.objects.filter(key=SAMPLE).values_list("value", flat=True).first() or {}
    rows = note.get("rows", {})

    def own(model: Any) -> bool:
        found = model.objects.live()
        if model._haike_entity.label in rows:
            first, count = rows[model._haike_entity.label]
            found = found.exclude(pk__range=(first, first + count - 1))
        return bool(found.exists())

    people = User.objects.live().filter(is_active=True).exclude(pk__in=note.get("users", []))
    profile = company()
    return [
        Step(
            _("Say who you are"),
            _("The company's name and logo stand on every page and on what you print."),
            "/settings/company",
            "building-skyscraper",
            bool(profile.name) and profile.name != note.get("company"),
        ),
        Step(
            _("Invite your colleagues"),
            _("Send them a link; each chooses a password."),
            "/invitations/",
            "user-plus",
            # Not oneself; whoever looks around as the boss of the examples is not counted anyway.
            people.count() > people.filter(roles__key="boss").exists(),
        ),
        Step(
            _("Bring in your customers"),
            _("From Excel, a business card or by hand; doubles are found."),
            "/customers/import/",
            "upload",
            own(Customer),
        ),
        Step(
            _("Write the first follow-up"),
            _("What was said, and when to be in touch again."),
            "/follow-ups/new",
            "message-plus",
            own(FollowUp),
        ),
    ]
