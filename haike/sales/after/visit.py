"""The visit after the sale: what the customer said becomes a follow-up, and the shipment is not visited again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Entity, Section, entity_of
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.people.pages import ask
from haike.refused import Refused
from haike.sales.after.terms import visit_due
from haike.sales.shipment.record import Shipment
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import Typed
from haike.screens.table import EntityWords
from haike.work.follow_up.actions import write_follow_up
from haike.work.follow_up.record import FollowUp
from haike.work.today import Card, Item, add_card

ASKED = ("manner", "content", "attitude")
SUBJECT = "service"
MOST = 20


def visit(shipment: Shipment, *, by: Actor, content: str, **values: Any) -> FollowUp:
    """Note what the customer said about the goods: a follow-up with him; raises Refused."""
    with transaction.atomic():
        current = Shipment._base_manager.select_for_update().get(pk=shipment.pk)
        if current.visited_on is not None:
            raise Refused(_("This visit was made on %(day)s.") % {"day": current.visited_on.isoformat()})
        able = entity_of(FollowUp).editable_by(by)
        values = {name: value for name, value in values.items() if name in able}
        if "subject" in able:
            values["subject"] = SUBJECT
        talk = write_follow_up(current.customer, content=content, by=by, **values)
        change.settle(Shipment, current.pk, visited_on=today())
    return talk


def visit_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what was said."""
    user, talks = cast(Any, request.user), entity_of(FollowUp)
    shipment = find_record(entity_of(Shipment), user, pk, joins=["order", "customer"])
    if not talks.policy.may(user, "create"):
        raise Http404
    if shipment.visited_on is not None:
        return refused_page(
            request, Refused(_("This visit was made on %(day)s.") % {"day": shipment.visited_on.isoformat()})
        )
    able = talks.editable_by(user)
    looks = {name: able[name] for name in ASKED if name in able}

    def act(typed: Typed) -> HttpResponse:
        values = {**typed.values}
        visit(shipment, by=user, content=str(values.pop("content", "") or ""), **values)
        return done(request, _("The visit is noted as a follow-up."), entity_of(Shipment).url_of(shipment))

    return ask(
        request, looks, act,
        title=_("After-sale visit: %(customer)s, order %(number)s")
        % {"customer": shipment.customer, "number": shipment.order.number},
        back_url=entity_of(Shipment).url_of(shipment),
        button=_("Save"),
        sections=[Section("", list(looks))],
        entity=EntityWords.of(talks),
    )  # fmt: skip


def buttons(entity: Entity, shipment: Any, user: Actor) -> Iterable[Button]:
    """The way to note the visit, as long as it was not made."""
    if shipment.visit_on is None or shipment.visited_on is not None or shipment.deleted_at is not None:
        return
    if entity_of(FollowUp).policy.may(user, "create"):
        due = shipment.visit_on <= today()
        yield Button(_("After-sale visit"), f"{entity.url_of(shipment)}visit", "heart-handshake", "drawer", primary=due)


def _visits(user: Any, owners: tuple[int, ...]) -> list[Item]:
    entity = entity_of(Shipment)
    if not entity.policy.may(user, "view"):
        return []
    rows = Shipment.objects.visible_to(user).filter(visit_due(), order__owner__in=owners).select_related("customer")
    rows = rows.only("number", "visit_on", "customer__name").order_by("visit_on", "id")[:MOST]
    may = entity_of(FollowUp).policy.may(user, "create")
    return [
        Item(
            entity.url_of(row), str(row.customer), row.number, row.visit_on,
            f"{entity.url_of(row)}visit" if may else "",
        )
        for row in rows
    ]  # fmt: skip


add_card(
    Card(
        "visits",
        _("After-sale visits"),
        _visits,
        icon="heart-handshake",
        act=_("Note the visit"),
        all_url="/shipments/?tab=visit",
    )
)
