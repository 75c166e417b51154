"""What the placeholders of a contract stand for beside its own fields: who signs, what is sold, what is delivered."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import quantity_text
from haike.catalog.paper.lines import said, values_of
from haike.catalog.paper.record import AS_IS
from haike.chinese.phone import display
from haike.customers.contact.record import Contact
from haike.customers.paper.letter import readable
from haike.days import day_text
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of
from haike.people.user.record import User
from haike.sales.contract.record import Contract, Delivery
from haike.sales.quote.record import Quote

READS = ("read", "edit")
BLANK = "________"
"""Stands where nothing is known yet, to be filled in by hand."""
MORE: dict[str, str | Promise] = {
    "contact_phone": _("Telephone of who signs for the customer"),
    "contact_post": _("Post of who signs for the customer"),
    "signer_phone": _("Telephone of who signs for us"),
    "lines": _("Products of the quote, line by line"),
    "deliveries": _("Planned deliveries, line by line"),
}


def more_facts(contract: Contract, user: Any) -> dict[str, str]:
    """As far as the user may read it; empty for the rest."""
    return {
        **_contact(contract, user),
        "signer_phone": _phone_of(contract.signer, user) if contract.signer is not None else "",
        "lines": _lines(contract, user),
        "deliveries": _deliveries(contract, user),
    }


def _phone_of(person: Any, user: Any) -> str:
    of = readable(person, user)
    phone = of("phone") if isinstance(person, User) else of("mobile") or of("phone")
    return display(phone) if phone else ""


def _contact(contract: Contract, user: Any) -> dict[str, str]:
    contact = Contact.objects.visible_to(user, "print").filter(pk=contract.contact_id).first()
    if contact is None:
        return {}
    return {"contact_phone": _phone_of(contact, user), "contact_post": readable(contact, user)("post")}


def _lines(contract: Contract, user: Any) -> str:
    """The lines of the quote from which the contract was made."""
    entity = entity_of(Quote)
    if contract.quote_id is None or entity.right(user, "lines") not in READS:
        return ""
    quote = Quote.objects.visible_to(user, "print").filter(pk=contract.quote_id).first()
    if quote is None:
        return ""
    words = str(_("%(place)s. %(name)s, %(quantity)s %(unit)s, price %(price)s, amount %(amount)s"))
    rows = []
    for values in values_of(quote, AS_IS):
        name = " ".join(each for each in (values["name"], values["spec"]) if each)
        money = {key: said(key, values[key], quote.currency) for key in ("price", "amount")}
        rows.append(words % {**values, **money, "name": name, "quantity": quantity_text(values["quantity"])})
    return "\n".join(rows)


def _deliveries(contract: Contract, user: Any) -> str:
    entity = entity_of(Delivery)
    if not entity.policy.may(user, "view"):
        return ""
    seen = {name for name in ("content", "due_on", "amount") if entity.right(user, name) in READS}
    rows: Any = Delivery.objects.live().filter(contract=contract.pk).order_by("instalment", "id")
    words = str(_("%(place)s. %(content)s, by %(day)s, %(amount)s"))
    return "\n".join(
        words
        % {
            "place": row.instalment,
            "content": row.content if "content" in seen else BLANK,
            "day": day_text(row.due_on, year=True) if "due_on" in seen else BLANK,
            "amount": money_text(row.amount, row.currency) if "amount" in seen else BLANK,
        }
        for row in rows
    )
