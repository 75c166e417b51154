"""Writing, correcting and deleting talks with leads; the lead's dates and its state follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor, System
from haike.refused import Refused
from haike.sales.lead.record import CONVERTED, FOLLOWING, TO_DO, UNASSIGNED, Lead, LeadFollowUp
from haike.sales.lead.score.compute import score_written
from haike.work.follow_up.actions import LEEWAY
from haike.work.follow_up.record import to_minute

FIRST_TALK = System("first talk")
"""In whose name a lead moves to “following” when its author may speak with it but not change it."""


def write_follow_up(
    lead: Lead | None, *, content: str, by: Actor, at: datetime | None = None, **values: Any
) -> LeadFollowUp:
    """Note a talk with a lead; the first one makes it followed."""
    if lead is None or lead.deleted_at or not entity_of(Lead).policy.allows(by, "view", lead):
        raise Refused(fields={"lead": _("This lead is not there for you.")})
    at = at or timezone.now()
    _refuse_times(at, values.get("next_at"))
    with transaction.atomic():
        current = Lead._base_manager.select_for_update().get(pk=lead.pk)
        _demand_open(current)
        made = change.create(LeadFollowUp, by=by, lead=current, content=content, at=at, **values)
        settle_lead(current.pk)
        if current.state == TO_DO:
            may = entity_of(Lead).policy.allows(by, "edit", current)
            change.change(current, by=by if may else FIRST_TALK, state=FOLLOWING)
    return made


def correct(follow_up: LeadFollowUp, *, by: Actor, version: int | None = None, **values: Any) -> LeadFollowUp:
    """Correct what was written; it stays with its lead."""
    if "lead" in values and values.pop("lead").pk != follow_up.lead_id:
        raise Refused(fields={"lead": _("A follow-up stays with its lead; write a new one for the other.")})
    _refuse_times(values.get("at", follow_up.at), values.get("next_at"))
    with transaction.atomic():
        after = change.change(follow_up, by=by, version=version, **values)
        settle_lead(after.lead_id)
    return after


def remove_follow_up(follow_up: LeadFollowUp, *, by: Actor) -> LeadFollowUp:
    """Move a talk to the recycle bin."""
    with transaction.atomic():
        removed = change.remove(follow_up, by=by)
        settle_lead(removed.lead_id)
    return removed


def restore_follow_up(follow_up: LeadFollowUp, *, by: Actor) -> LeadFollowUp:
    """Take a talk out of the recycle bin."""
    with transaction.atomic():
        restored = change.restore(follow_up, by=by)
        settle_lead(restored.lead_id)
    return restored


def settle_leads(leads: Iterable[int]) -> None:
    """Store anew what follows from the talks with these leads."""
    for key in sorted(set(leads)):
        settle_lead(key)


def settle_lead(key: int) -> None:
    """Store when and by whom a lead was spoken to last, and when it will be next."""
    rows: Any = LeadFollowUp.objects.live().filter(lead=key).order_by("-at", "-id")
    last, following, author = rows.values_list("at", "next_at", "created_by").first() or (None, None, None)
    change.settle(Lead, key, last_contact_at=last, next_contact_at=following, followed_by=author)
    score_written([key])


def _demand_open(lead: Lead) -> None:
    if lead.state in (TO_DO, FOLLOWING):
        return
    if lead.state == UNASSIGNED:
        raise Refused(_("Claim the lead first."))
    if lead.state == CONVERTED:
        raise Refused(_("This lead has become a customer; write the follow-up there."))
    raise Refused(_("Take the lead up again first."))


def _refuse_times(at: datetime, next_at: datetime | None) -> None:
    if at > timezone.now() + LEEWAY:
        said = _("This time lies in the future; for what is planned there is the next contact.")
        raise Refused(fields={"at": said})
    if next_at is not None and to_minute(next_at) <= to_minute(at):
        raise Refused(fields={"next_at": _("The next contact must lie after this one.")})
