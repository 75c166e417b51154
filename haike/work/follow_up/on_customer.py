"""What follow-ups add to the customer's page: the box, the timeline's entries, a tab, buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.customers import timeline
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.customer.screen import BUTTONS, ROW_BUTTONS
from haike.customers.customer.sea import SEAS
from haike.kernel.entity import Button, Panel, Related, entity_of
from haike.kernel.policy import Actor
from haike.work.follow_up.box import render_box
from haike.work.follow_up.panels import RANK, timeline_entries
from haike.work.follow_up.record import FollowUp

WRITE = _("Write a follow-up")
COLUMNS = ["content", "manner", "contact", "result", "at", "next_at", "created_by"]


def _box(request: HttpRequest, customer: Customer) -> SafeString:
    return render_box(request, customer)


def _buttons(customer: Customer, user: Actor) -> list[Button]:
    if not entity_of(FollowUp).policy.may(user, "create"):
        return []
    return [Button(_("Plan the next contact"), f"/customers/{customer.pk}/plan", "calendar-plus", "drawer")]


def _row_buttons(user: Actor) -> Callable[[Customer], list[Button]]:
    if not entity_of(FollowUp).policy.may(user, "create"):
        return lambda _customer: []
    return lambda customer: [Button(WRITE, f"/follow-ups/new?customer={customer.pk}", "message-plus", "drawer")]


def _talks(keys: Sequence[int], since: datetime) -> Iterable[tuple[int, datetime]]:
    rows = FollowUp._base_manager.filter(customer__in=keys, at__gte=since, deleted_at__isnull=True)
    return rows.values_list("customer_id", "at").iterator(chunk_size=5000)


def attach() -> None:
    """Register all of it with the customer; called once, when the room's models are loaded."""
    customers = entity_of(Customer)
    customers.panels.insert(1, Panel("follow_up", _("Write a follow-up"), _box, place="main", icon="message-plus"))
    customers.tabs.insert(0, Related("work.followup", "customer", columns=COLUMNS))
    BUTTONS.insert(0, _buttons)
    ROW_BUTTONS.append(_row_buttons)
    entity_of(Contact).tabs.insert(
        0, Related("work.followup", "contact", columns=[c for c in COLUMNS if c != "contact"])
    )
    SEAS.contacts.append(_talks)
    tab = "follow-ups-customer"
    timeline.SOURCES.insert(0, timeline.Source("follow_ups", _("Follow-ups"), RANK, timeline_entries, tab))
