"""Writing contracts, renewing them, and what follows from their deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from haike.customers.review.act import may_order
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.refused import Refused
from haike.sales.contract.record import ACTIVE, ALL, CLOSED, NOTHING, PART, Contract, Delivery

RENEWED = (
    "subject", "customer", "kind", "amount", "currency", "signer", "contact", "payment_terms", "delivery_place",
    "heading", "text", "owner", "remind_days",
)  # fmt: skip


def write_contract(*, by: Actor, batch: Batch | None = None, **values: Any) -> Contract:
    """Make a draft; a customer with whom no business may be done is refused."""
    customer = values.get("customer")
    if customer is not None:
        try:
            may_order(customer)
        except Refused as no:
            raise Refused(fields={"customer": str(no)}) from no
    return change.create(Contract, by=by, batch=batch, **values)


def renew(contract: Contract, *, by: Actor) -> Contract:
    """A draft with the same content for the time after this contract, as long as this one."""
    entity = entity_of(Contract)
    if contract.state not in (ACTIVE, CLOSED):
        raise Refused(_("Only a contract that was signed is renewed."))
    with transaction.atomic():
        current = Contract._base_manager.select_for_update().get(pk=contract.pk)
        if not entity.policy.allows(by, "edit", current):
            raise Refused(_("You may look at this record, but not change it."))
        if Contract.objects.live().filter(renews=current.pk).exists():
            raise Refused(_("There is a renewal of this contract already."))
        values: dict[str, Any] = {name: getattr(current, name) for name in RENEWED if name in entity.editable_by(by)}
        if current.ends_on is not None:
            values["starts_on"] = start = current.ends_on + timedelta(days=1)
            if current.starts_on is not None:
                values["ends_on"] = start + (current.ends_on - current.starts_on)
        if current.renewal_id is not None and "opportunity" in entity.editable_by(by):
            values["opportunity"] = current.renewal
        made: Contract = entity.create(by=by, **values)
        change.settle(Contract, made.pk, renews=current, text_from=current.text_from_id)
        made.renews = current
    return made


def next_instalment(model: Any, source: Record) -> int:
    """The next number of the deliveries, plans or invoices of a contract or order; locks it, so within a transaction.

    A number that was given stays given, also to what lies in the recycle bin.
    """
    type(source)._base_manager.select_for_update().get(pk=source.pk)
    rows: Any = model._base_manager.filter(**{str(source._meta.model_name): source.pk})
    return int(rows.aggregate(last=Max("instalment"))["last"] or 0) + 1


def write_delivery(*, by: Actor, batch: Batch | None = None, **values: Any) -> Delivery:
    """Plan or note a delivery; it gets the next number of its contract."""
    return write_deliveries(values.pop("contract", None), [values], by=by, batch=batch)[0]


def write_deliveries(
    contract: Contract | None, rows: Sequence[dict[str, Any]], *, by: Actor, batch: Batch | None = None
) -> list[Delivery]:
    """The same for several of one contract, all or none; they are numbered in this order."""
    if contract is None or not entity_of(Contract).policy.allows(by, "edit", contract):
        raise Refused(fields={"contract": _("You may not change this contract.")})
    with transaction.atomic():
        first = next_instalment(Delivery, contract)
        made = [
            change.create(Delivery, by=by, batch=batch, **{**row, "contract": contract, "instalment": number})
            for number, row in enumerate(rows, first)
        ]
        settle_deliveries(contract.pk)
    return made


def deliver(delivery: Delivery, *, by: Actor) -> Delivery:
    """Note that this instalment was delivered today."""
    if delivery.delivered_on is not None:
        raise Refused(_("This instalment has been delivered already."))
    after: Delivery = entity_of(Delivery).change(delivery, by=by, delivered_on=today())
    return after


def settle_deliveries(contract: int) -> None:
    """Store how much of a contract is delivered."""
    rows: Any = Delivery.objects.live().filter(contract=contract)
    done = rows.filter(delivered_on__isnull=False)
    total, count = rows.count(), done.count()
    state = NOTHING if not count else ALL if count == total else PART
    # Not added up by the database: SQLite reckons in binary fractions.
    worth = sum(done.values_list("amount", flat=True), Decimal(0))
    change.settle(Contract, contract, delivered=worth, delivery_state=state)
