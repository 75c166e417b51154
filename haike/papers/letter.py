"""The part of the question that makes a mail of a link: to which contacts, with which words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.kernel.look import LongTextLook, Look, TextLook, YesNoLook
from haike.kernel.look.base import Raw
from haike.kernel.look.choice import PicksLook
from haike.kernel.policy import Actor
from haike.papers.mail import MOST_SUBJECT, PLACE, Letter, checked_letter
from haike.papers.paper import Paper
from haike.people.company.profile import company
from haike.refused import Refused
from haike.screens.form import Typed

MOST_OFFERED = 200
READS = ("read", "edit")
NAMES = ["by_mail", "to", "others", "copy", "subject", "text"]


def contacts_to_mail(record: Any, user: Any) -> dict[str, tuple[str, str]]:
    """The contacts at the customer of a record whose name and e-mail this user may read: {key: (name, address)}."""
    customer = record if isinstance(record, Customer) else getattr(record, "customer", None)
    entity = entity_of(Contact)
    if not isinstance(customer, Customer) or not entity.policy.may(user, "view"):
        return {}
    rows = Contact.objects.visible_to(user).filter(customer=customer, deleted_at=None).exclude(email="").order_by("id")
    return {
        str(each.pk): (str(each), each.email)
        for each in rows[:MOST_OFFERED]
        if all(entity.policy.right_to(user, name, each) in READS for name in ("name", "email"))
    }


class ContactsLook(PicksLook):
    """Some of the contacts at a customer, with their addresses."""

    wide = True

    def __init__(self, name: str, label: Any, contacts: dict[str, tuple[str, str]]) -> None:
        super().__init__(name, label)
        self.contacts = contacts

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {key: f"{name} <{mail}>" for key, (name, mail) in self.contacts.items()}

    def text(self, value: Any) -> str:
        return ", ".join(self.options().get(str(key), "") for key in value or [])

    def parse(self, raw: Raw, by: Actor) -> list[str]:
        keys = raw if isinstance(raw, list) else [raw]
        if any(key and key not in self.contacts for key in keys):
            raise Refused(_("Choose contacts of the list."))
        return [key for key in keys if key]


class WholeLineLook(YesNoLook):
    """A switch with nothing beside it."""

    wide = True


class SubjectLook(TextLook):
    """A line that is taken as it was typed: what would be a second one is refused, not joined."""

    wide = True

    def parse(self, raw: Raw, by: Actor) -> str:
        return raw if isinstance(raw, str) else ""


def letter_looks(paper: Paper, user: Any) -> tuple[dict[str, Look], dict[str, Any]]:
    """The fields of the mail, and what stands in them at first."""
    contacts = contacts_to_mail(paper.record, user)
    by_mail = WholeLineLook("by_mail", _("Send the link by e-mail now"))
    looks: dict[str, Look] = {
        "to": ContactsLook("to", pgettext_lazy("mail", "To"), contacts),
        "others": TextLook("others", _("Other addresses")),
        "copy": YesNoLook("copy", _("Copy to myself")),
        "subject": SubjectLook("subject", pgettext_lazy("mail", "Subject")),
        "text": LongTextLook("text", pgettext_lazy("mail", "Text")),
    }
    looks["others"].help = _("Several with a comma between them, at most ten in all.")
    looks["subject"].max_length = MOST_SUBJECT
    looks["text"].help = _("The link goes where {link} stands. Nobody gets the code by this mail.")
    for look in looks.values():
        look.when = {"field": "by_mail", "values": ["1"]}
    whom = "main_contact_id" if isinstance(paper.record, Customer) else "contact_id"
    first = str(getattr(paper.record, whom, None) or "")
    text = text_of(user, words=paper.words)
    start = {"to": [first] if first in contacts else [], "subject": subject_of(paper.title), "text": text}
    return {"by_mail": by_mail, **looks}, start


def subject_of(title: str) -> str:
    """The subject that is offered: the paper, and whose it is."""
    name = " ".join(str(company()).split())
    whole = pgettext("mail", "%(paper)s from %(company)s") % {"paper": title, "company": name} if name else title
    return whole[:MOST_SUBJECT]


def text_of(user: Any, address: str = PLACE, words: str = "") -> str:
    """The text that is offered, signed as the user signs his mails; `words` are those of the paper itself."""
    plain = pgettext("mail", "Hello,\n\nplease find our paper here:\n%(link)s\n\nBest regards\n%(signature)s")
    told = pgettext("mail", "%(words)s\n\nThe details are here:\n%(link)s\n\nBest regards\n%(signature)s")
    signature = (user.signature_email or user.name).replace("\r\n", "\n")
    return (told if words else plain) % {"words": words, "link": address, "signature": signature}


def letter_of(typed: Typed, looks: dict[str, Look], *, by: Any) -> Letter | None:
    """What was typed, when a mail is wanted; Refused as `checked_letter`."""
    values, to = typed.values, looks.get("to")
    if not isinstance(to, ContactsLook) or not values["by_mail"]:
        return None
    return checked_letter(
        chosen=[to.contacts[key][1] for key in values["to"]], others=values["others"] or "", copy=values["copy"],
        subject=values["subject"], text=values["text"] or "", by=by,
    )  # fmt: skip
