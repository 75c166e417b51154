"""Renewals: when a contract is due for one, the reminder to its owner, and the opportunity that is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.kernel import change
from haike.kernel.entity import Button, Entity, entity_of
from haike.kernel.option import option
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.contract.record import ACTIVE, CLOSED, MOST_DAYS, Contract
from haike.sales.opportunity.record import Opportunity
from haike.screens.door import find_record, made
from haike.talk.notice.dated import Dated
from haike.talk.notice.kinds import Kind
from haike.talk.notice.reminder import Reminder, declare_reminder
from haike.work.today import Card, Item, add_card

RENEWAL_DAYS = option(
    "contracts.renewal_days",
    30,
    _("Days before the end of a contract on which its renewal is due"),
    group=_("Contracts"),
    help=_("A contract may have another number of its own."),
    least=1,
    most=MOST_DAYS,
)
ENDED = timedelta(days=90)
"""A contract that ended longer ago and was not renewed will not be."""
REPEAT = "repeat"
MOST = 20
"""So many stand on the page of the day."""


def renewed() -> Q:
    """Contracts of which there is a renewal."""
    return Q(pk__in=Contract.objects.live().filter(renews__isnull=False).values("renews"))


def near_the_end() -> Q:
    """In force, and the number of days before the end has come."""
    day = today()
    usual = Q(renew_from__isnull=True, ends_on__lte=day + timedelta(days=RENEWAL_DAYS()))
    return Q(state=ACTIVE, ends_on__gte=day - ENDED) & (usual | Q(renew_from__lte=day))


def to_renew(user: Actor) -> Q:
    """Near the end or a little after it, and not renewed yet."""
    return near_the_end() & ~renewed()


def opportunity_of(contract: Contract, *, by: Actor) -> Opportunity:
    """An opportunity to renew a contract, which keeps it; raises Refused."""
    contracts, chances = entity_of(Contract), entity_of(Opportunity)
    if contract.state not in (ACTIVE, CLOSED):
        raise Refused(_("Only a contract that was signed is renewed."))
    with transaction.atomic():
        current = Contract._base_manager.select_for_update().get(pk=contract.pk)
        if not contracts.policy.allows(by, "edit", current):
            raise Refused(_("You may look at this record, but not change it."))
        there = Opportunity.objects.live().filter(pk=current.renewal_id).first() if current.renewal_id else None
        if there is not None:
            raise Refused(_("There is an opportunity of the renewal already: %(number)s.") % {"number": there.number})
        values = {
            "title": str(_("Renewal of %(subject)s") % {"subject": current.subject})[:120],
            "customer": current.customer, "amount": current.amount, "currency": current.currency,
            "closes_on": current.ends_on, "kind": REPEAT, "owner": current.owner,
        }  # fmt: skip
        able = chances.editable_by(by)
        found: Opportunity = chances.create(by=by, **{name: each for name, each in values.items() if name in able})
        change.settle(Contract, current.pk, renewal=found)
    return found


@require_POST
def opportunity_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the opportunity of a renewal and go there."""
    user = cast(Any, request.user)
    contract = find_record(entity_of(Contract), user, pk)
    return made(request, lambda: opportunity_of(contract, by=user), _("%(number)s is the opportunity of the renewal."))


def buttons(entity: Entity, contract: Any, user: Actor) -> Iterable[Button]:
    """Renew it at once, or begin to talk about it."""
    if contract.state not in (ACTIVE, CLOSED) or not entity.policy.allows(user, "edit", contract):
        return
    url = entity.url_of(contract)
    if not Contract.objects.live().filter(renews=contract.pk).exists():
        yield Button(_("Renew"), f"{url}renew", "refresh", "post")
        if contract.renewal_id is None and entity_of(Opportunity).policy.may(user, "create"):
            yield Button(_("Opportunity of the renewal"), f"{url}renewal", "bulb", "post")


CONTRACT_ENDS = declare_reminder(
    Reminder(
        Kind(
            "contract_ends",
            _("Contracts to be renewed"),
            _("Ends on %(day)s and is not renewed yet"),
            icon="refresh",
            field="ends_on",
        ),
        Contract._meta.label_lower,
        Dated(
            Contract, "ends_on", lambda row: {"day": row["ends_on"].isoformat()},
            where=lambda: near_the_end() & ~renewed(),
        ),
        ahead=MOST_DAYS,
        asked=False,
    )
)  # fmt: skip
"""Told as soon as the number of days before the end has come, which the contract says and not the reader."""


def _items(user: Any, owners: tuple[int, ...]) -> list[Item]:
    entity = entity_of(Contract)
    if not entity.policy.may(user, "view") or entity.right(user, "ends_on") == "hidden":
        return []
    rows = Contract.objects.visible_to(user).filter(to_renew(user), owner__in=owners).select_related("customer")
    rows = rows.only("subject", "number", "ends_on", "customer__name").order_by("ends_on", "id")[:MOST]
    return [Item(entity.url_of(row), row.subject, str(row.customer), row.ends_on) for row in rows]


add_card(Card("renewals", _("Contracts to be renewed"), _items, icon="refresh", all_url="/contracts/?tab=to_renew"))
