"""Writing invoices: never over the contract or order unless by right; the sums of those follow."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.currency import money_text
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.money.document import GRANT, begin, demand_named, follow_from
from haike.money.invoice.record import VOID, Invoice
from haike.money.settle import invoices_of, settle_invoiced
from haike.money.source import SOURCES, Key, amount_of, key_of, locked, number_in
from haike.refused import Refused


def write_invoice(*, by: Actor, batch: Batch | None = None, **values: Any) -> Invoice:
    """Write an invoice; it gets the next number of its contract or order."""
    for field in ("plan", "payment"):
        document = values.get(field)
        if document is not None:
            if not type(document)._haike_entity.policy.allows(by, "view", document):
                raise Refused(_("This record is not there any more."))
            follow_from(values, document, field)
    values = begin(values, by)
    with transaction.atomic():
        number_in(Invoice, values)
        made = change.create(Invoice, by=by, batch=batch, **values)
        _check(key_of(made), by)
        settle_invoiced(key_of(made))
    return made


def change_invoice(invoice: Invoice, *, by: Actor, **values: Any) -> Invoice:
    """Correct an invoice or take a step with it."""
    with transaction.atomic():
        before = key_of(Invoice._base_manager.select_for_update().get(pk=invoice.pk))
        if invoice.state == VOID:
            raise Refused(_("A void invoice stays as it is."))
        after = change.change(invoice, by=by, **values)
        if key_of(after) != before:
            demand_named(after, values, by)
        if {"amount", "state", *SOURCES} & values.keys():
            _check(key_of(after), by)
        for key in sorted({key for key in (before, key_of(after)) if key is not None}):
            settle_invoiced(key)
    return after


def restore_invoice(invoice: Invoice, *, by: Actor) -> Invoice:
    """Take an invoice out of the recycle bin."""
    with transaction.atomic():
        back = change.restore(invoice, by=by)
        _check(key_of(back), by)
        settle_invoiced(key_of(back))
    return back


def remove_invoice(invoice: Invoice, *, by: Actor) -> Invoice:
    """Move an invoice to the recycle bin."""
    with transaction.atomic():
        gone = change.remove(invoice, by=by)
        settle_invoiced(key_of(gone))
    return gone


def _check(key: Key | None, by: Actor) -> None:
    if key is None or by.grants.may_do(GRANT):
        return
    source = locked(key)
    over = invoices_of(key) - amount_of(source)
    if over > 0:
        said = _("This is %(over)s more than %(source)s. Who may manage payments can invoice more.")
        raise Refused(fields={"amount": said % {"over": money_text(over, source.currency), "source": source}})
