"""One's customers quoted by others: an alarm when a quote is made for a customer by somebody who has no part in it.

Part in a customer have its owner, those with whom it is shared, everybody above and below its owner, and who may do
what the boss may. Quotes that an import or a batch brings raise none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haike.customers.models import Customer
from haike.find.share import Share
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of
from haike.kernel.events import on
from haike.kernel.log import Batch
from haike.kernel.option import option
from haike.kernel.policy import Actor
from haike.people.alarm.kinds import AlarmKind, declare_alarms, raise_alarm
from haike.people.alarm.options import GROUP
from haike.people.alarm.record import Alarm
from haike.people.grants import organisation
from haike.sales.quote.record import Quote
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import notify
from haike.talk.where import active_users

KIND = "quoted_outside"
QUIET = timedelta(hours=24)
"""Further quotes of the same person for the same customer raise no further alarm so soon."""
QUOTED_OUTSIDE = option(
    "sales.alarm_quoted",
    "anybody",
    gettext_lazy("Alarm when somebody's customer is quoted by"),
    group=GROUP,
    choices=(
        ("anybody", gettext_lazy("Anybody who has no part in the customer")),
        ("department", gettext_lazy("Somebody of another department who has no part in the customer")),
        ("never", gettext_lazy("Never")),
    ),
    help=gettext_lazy(
        "Part in a customer have its owner, those above and below him, and those it is shared with. Imports and "
        "batches raise no alarm."
    ),
)
TOLD = declare_kind(
    Kind(
        KIND,
        gettext_lazy("A customer of my people is quoted by others"),
        gettext_lazy("%(by)s made a quote for this customer, which belongs to %(owner)s"),
        icon="alert-triangle",
        tab="quotes",
    )
)


def _say(facts: Mapping[str, Any]) -> str:
    told = _("Made a quote for a customer of %(owner)s, in whom he or she has no part")
    return told % {"owner": facts.get("owner", "")}


def _more(quote: Quote, reader: Any) -> str:
    """Customer and amount, as far as the reader of the alarm may know them."""
    entity, parts = entity_of(quote), []
    if entity.right(reader, "customer") != "hidden" and _sees(quote, reader):
        parts.append(str(quote.customer))
    if entity.right(reader, "total") != "hidden":
        parts.append(money_text(quote.total, quote.currency))
    return " · ".join(parts)


def _sees(quote: Quote, reader: Any) -> bool:
    return bool(Customer.objects.visible_to(reader).filter(pk=quote.customer_id).exists())


declare_alarms({KIND: AlarmKind(gettext_lazy("Customer quoted by others"), _say, _more)})


def has_part(user: Any, customer: Customer) -> bool:
    """Whether a user has part in a customer."""
    house, owner = organisation(), customer.owner_id
    if owner is None or user.pk == owner or user.grants.may_do("boss"):
        return True
    if user.pk in house.above(owner) or owner in house.above(user.pk):
        return True
    if QUOTED_OUTSIDE() == "department" and house.departments_of[user.pk] & house.departments_of[owner]:
        return True
    return Share.objects.filter(entity=Customer._meta.label_lower, record_id=customer.pk, user=user.pk).exists()


@on("sales.quote.created")
def quote_made(record: Quote, by: Actor, batch: Batch | None, **_facts: Any) -> None:
    """Look at a new quote."""
    _look(record, by, batch)


@on("sales.quote.changed")
def quote_changed(record: Quote, by: Actor, diff: Mapping[str, Any], batch: Batch | None, **_facts: Any) -> None:
    """Look at a quote that is for another customer from now on."""
    if "customer" in diff:
        _look(record, by, batch)


def _look(quote: Quote, by: Actor, batch: Batch | None) -> None:
    customer, user = quote.customer, active_users().get(by.pk or 0)
    owner = organisation().users.get(customer.owner_id or 0)
    if batch is not None or user is None or owner is None or QUOTED_OUTSIDE() == "never" or has_part(user, customer):
        return
    recent = Alarm.objects.filter(user=user, kind=KIND, at__gte=timezone.now() - QUIET)
    if any(facts.get("customer") == customer.pk for facts in recent.values_list("facts", flat=True)):
        return
    facts = {"entity": Quote._meta.label_lower, "record": quote.pk, "customer": customer.pk, "owner": owner.name}
    raise_alarm(KIND, user=user, **facts)
    notify(organisation().above(owner.pk), TOLD, customer, by=by, facts={"owner": owner.name}, key=f"quote:{quote.pk}")
