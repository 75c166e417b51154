"""The daily budget of looks at masked phones and e-mails, and the alarm about who uses it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haike.kernel.entity import Entity
from haike.kernel.log import Change
from haike.kernel.option import option
from haike.people.alarm.kinds import AlarmKind, declare_alarms, raise_alarm
from haike.people.alarm.options import GROUP
from haike.people.reveal.record import RevealCount
from haike.screens.record import BEFORE_REVEAL

UNLIMITED = "reveal_unlimited"
"""The special grant of those who have no budget."""

BUDGET = option(
    "people.reveals_a_day",
    100,
    gettext_lazy("Masked phones and e-mails that somebody may look at in a day"),
    group=GROUP,
    help=gettext_lazy("0: no limit. A role can have a number of its own on the page of its rights."),
)


def budget_of(user: Any) -> int:
    """How many looks a day somebody has; 0 is no limit."""
    return budget_by(user.grants)


def budget_by(grants: Any) -> int:
    """The largest number that one of the roles says, else what holds for all; 0 is no limit."""
    if grants.may_do(UNLIMITED):
        return 0
    said = [role.reveals for role in getattr(grants, "roles", ()) if role.reveals is not None]
    return (0 if 0 in said else max(said)) if said else int(BUDGET())


def spend(user: Any, entity: Entity, record: Any, name: str) -> str:
    """Take one look from the budget of today; returns why not, or an empty text.

    What somebody has looked at already today costs nothing: pages are opened again. The day is the company's, for a
    user's own time zone would give him another day.
    """
    most, day = budget_of(user), timezone.localdate(timezone=timezone.get_default_timezone())
    if not most or _looked_today(user, entity, record, name, day):
        return ""
    mine = RevealCount.objects.filter(user=user, day=day)
    RevealCount.objects.bulk_create([RevealCount(user=user, day=day)], ignore_conflicts=True)
    # One statement asks and counts, so that two at once cannot both take the last one.
    if mine.filter(count__lt=most).update(count=F("count") + 1):
        return ""
    if mine.filter(alarmed=False).update(alarmed=True):
        raise_alarm("reveals_used_up", user=user, most=most)
    return _(
        "You have looked at %(most)s hidden values today, as many as are allowed in a day. "
        "Go on tomorrow, or ask your administrator."
    ) % {"most": most}


def _looked_today(user: Any, entity: Entity, record: Any, name: str, day: Any) -> bool:
    midnight = timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
    rows = Change.objects.filter(entity=entity.label, record_id=record.pk, action="reveal", by=user, at__gte=midnight)
    return any(name in diff for diff in rows.values_list("diff", flat=True))


def _say(facts: Mapping[str, Any]) -> str:
    return _("Wanted to look at more hidden phones and e-mails than the %(most)s of a day") % facts


declare_alarms({"reveals_used_up": AlarmKind(gettext_lazy("Budget of reveals used up"), _say)})
BEFORE_REVEAL.append(spend)
