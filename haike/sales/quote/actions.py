"""New versions of quotes, and what is asked before one is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.record import PRICING
from haike.kernel.entity import Entity, entity_of
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.people.switches import declare_grants
from haike.refused import Refused
from haike.sales.quote.record import ACCEPTED, DECLINED, DRAFT, REPLACED, Quote, QuoteLine, usually_valid_until

EXPIRED = "expired_quotes"
declare_grants({EXPIRED: _("Order from expired quotes")})
CANCELLED = "cancelled"
"""As orders and contracts call it."""
M = TypeVar("M", bound=Record)
COPIED = (
    "subject", "customer", "contact", "opportunity", "currency", "taxed", "discount", "by_hand", "terms", "remark",
    "owner",
)  # fmt: skip


def copied(quote: Quote, entity: Entity, by: Actor) -> dict[str, Any]:
    """What of a quote goes into a new document, as far as its writer may fill that in.

    A total by hand says the discount, and the other way round; so only one of them goes along.
    """
    follows = "discount" if quote.by_hand is not None else "by_hand"
    return {name: getattr(quote, name) for name in COPIED if name in entity.editable_by(by) and name != follows}


def copied_lines(lines: Sequence[Any], model: Any) -> list[Any]:
    """The lines of one document for another: prices and all, with what the products cost today."""
    found = []
    for line in lines:
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in ("id", "document_id")]
        found.append(model(**{name: getattr(line, name) for name in names if hasattr(line, name)}))
    return found


def taken(quote: Quote, *, by: Actor) -> Quote:
    """The quote as it stands, locked and accepted for what is made from it in this transaction; raises Refused."""
    entity, current = entity_of(Quote), Quote._base_manager.select_for_update().get(pk=quote.pk)
    if not entity.policy.allows(by, "edit", current):
        raise Refused(_("You may look at this record, but not change it."))
    if current.state == REPLACED:
        raise Refused(_("There is a newer version of this quote. Order from that one."))
    if current.state == DECLINED:
        raise Refused(_("The customer has declined this quote. Make a new version."))
    if not current.lines:
        raise Refused(_("The quote has no lines to order."))
    if current.expired and not by.grants.may_do(EXPIRED):
        raise Refused(_("The quote has expired. Set a later day until which it is valid, or make a new version."))
    if current.state != ACCEPTED:
        entity.change(current, by=by, state=ACCEPTED)
    return current


def made_from(quote: Quote, model: type[M]) -> M | None:
    """The order, or the contract, that was made from a quote and is not cancelled."""
    rows: Any = model._base_manager.filter(deleted_at__isnull=True, quote=quote.pk)
    found: M | None = rows.exclude(state=CANCELLED).first()
    return found


def new_version(quote: Quote, *, by: Actor) -> Quote:
    """A draft with the same content that takes the place of this quote, which stays as it is and can be read."""
    entity = entity_of(Quote)
    with transaction.atomic():
        current = Quote._base_manager.select_for_update().get(pk=quote.pk)
        if not entity.policy.allows(by, "edit", current):
            raise Refused(_("You may look at this record, but not change it."))
        if current.state == REPLACED:
            raise Refused(_("There is a newer version of this quote already."))
        if current.state == ACCEPTED:
            raise Refused(_("An accepted quote stays as it is."))
        root = current.number.rpartition("-V")[0] if current.edition > 1 else current.number
        made: Quote = entity.create(
            by=by, **copied(current, entity, by), valid_until=max(current.valid_until, usually_valid_until()),
            lines=copied_lines(current.lines, QuoteLine),
            replaces=current, edition=current.edition + 1, number=f"{root}-V{current.edition + 1}",
        )  # fmt: skip
        entity.change(current, by=by, state=REPLACED)
    return made


def refused_quotes(
    entity: Entity, records: Sequence[Any], touched: set[str] | None, by: Actor
) -> Mapping[int, Refused]:
    """What a customer has been sent is not changed under his hands."""
    if entity.model is not Quote or touched is None or not touched & PRICING:
        return {}
    no = _("Only a draft is changed. Make a new version of this quote; the customer keeps the one that was sent.")
    return {place: Refused(no) for place, record in enumerate(records) if record.state != DRAFT}
