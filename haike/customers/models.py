"""Customers and the people there; one import line per entity."""

from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Anniversary, Contact
from haike.customers.contact.screen import AnniversaryEntity, ContactEntity
from haike.customers.customer.record import Customer
from haike.customers.customer.screen import CustomerEntity
from haike.customers.dictionaries import DICTIONARIES
from haike.customers.relation import CustomerRelation, CustomerRelationEntity
from haike.customers.remind import ANNIVERSARY, BIRTHDAY, CONTACT_DUE
from haike.kernel.dictionary import Dictionary, Word, declare

__all__ = [
    "ANNIVERSARY",
    "BIRTHDAY",
    "CONTACT_DUE",
    "Anniversary",
    "AnniversaryEntity",
    "Contact",
    "ContactEntity",
    "Customer",
    "CustomerEntity",
    "CustomerRelation",
    "CustomerRelationEntity",
]

BUSINESS_LINES = Dictionary(
    key="business_line",
    label=_("Business line"),
    room="customers",
    words=[
        Word("general", "综合业务", "General business", "blue"),
        Word("project", "项目业务", "Projects", "purple"),
        Word("retail", "零售业务", "Retail", "teal"),
    ],
)

declare([*DICTIONARIES, BUSINESS_LINES])
