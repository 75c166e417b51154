"""How call notes are listed, written and handled."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import within
from haike.customers.customer.record import Customer
from haike.kernel.entity import Button, Category, Entity, Label, Related, Section, entity_of
from haike.kernel.flow import Flow, step
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.sales.lead.record import Lead, LeadFollowUp
from haike.sales.note import actions, views
from haike.sales.note.record import DONE, DROPPED, OPEN, STATES, CallNote
from haike.work.follow_up.record import FollowUp


class CallNoteFlow(Flow):
    """What becomes of a note; made into something it is handled."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    drop = step(OPEN, to=DROPPED, label=_("Nothing to do"))
    take_up = step(DROPPED, to=OPEN, label=_("Take up again"))


class CallNoteEntity(Entity):
    """Notes wait in a list of their own until somebody makes something of them."""

    model, flow = CallNote, CallNoteFlow
    slug, icon, title = "call-notes", "phone-incoming", "text"
    titled_by = ["text"]
    columns = ["text", "phone", "manner", "at", "state", "became", "customer", "lead", "owner"]
    sort = "-at"
    categories = {
        "open": Category(_("To be handled"), Q(state=OPEN)),
        "mine": Category(_("Mine, to be handled"), lambda user: Q(state=OPEN, owner_id=user.pk)),
        "today": Category(_("Today"), within("at", "today")),
        "done": Category(_("Handled"), Q(state=DONE)),
        "dropped": Category(_("Nothing to do"), Q(state=DROPPED)),
    }
    sections = [
        Section(_("Call"), ["text", "phone", "manner", "at"]),
        Section(_("Became"), ["state", "became", "customer", "lead", "handled_at"]),
    ]
    quick = ["text", "manner"]
    facts = ["phone", "manner", "at", "customer", "lead", "owner"]
    badges = ["state", "became"]
    search = ["text", "phone"]
    settled = ["customer", "lead", "became", "handled_at"]
    synonyms = {"text": ("内容", "来电内容", "事由"), "phone": ("电话", "手机", "来电号码"), "at": ("时间", "来电时间")}
    help_page = "leads"
    views = {"new": views.new_view}

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        return actions.write_note(by=by, batch=batch, **{"text": "", **values})

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.state != OPEN or record.deleted_at is not None or not self.policy.allows(user, "edit", record):
            return []
        base = f"{self.url_of(record)}as/"
        found = []
        talks = [entity_of(model).policy.may(user, "create") for model in (FollowUp, LeadFollowUp)]
        known = bool(record.customer_id or record.lead_id)
        if any(talks):
            found.append(Button(_("Write a follow-up"), f"{base}follow-up", "message-plus", "drawer", primary=known))
        if entity_of(Lead).policy.may(user, "create"):
            lead = Button(_("Make a lead"), f"{base}lead", "target-arrow", "drawer", primary=not known)
            found.insert(len(found) if known else 0, lead)
        if entity_of(Customer).policy.may(user, "create"):
            found.append(Button(_("Make a customer"), f"{base}customer", "building-plus", "drawer"))
        return found


NOTES_OF_LEAD = Related("sales.callnote", "lead", columns=["text", "manner", "at", "owner"])
NOTES_OF_CUSTOMER = Related("sales.callnote", "customer", columns=["text", "manner", "at", "became", "owner"])
"""The tabs on the pages of those who called."""
entity_of(Lead).tabs.append(NOTES_OF_LEAD)
entity_of(Customer).tabs.append(NOTES_OF_CUSTOMER)
