"""Customers and the people there; one import line per entity."""

from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Anniversary, Contact
from haike.customers.contact.screen import AnniversaryEntity, ContactEntity
from haike.customers.customer import duplicates, grid
from haike.customers.customer.hot_first import HotFirst
from haike.customers.customer.record import Customer
from haike.customers.customer.screen import CustomerEntity
from haike.customers.customer.sea import SEAS
from haike.customers.dictionaries import DICTIONARIES
from haike.customers.health.settle import follower
from haike.customers.price_class.entity import PriceClassEntity
from haike.customers.price_class.record import PriceClass
from haike.customers.relation import CustomerRelation, CustomerRelationEntity
from haike.customers.remind import ANNIVERSARY, BIRTHDAY, CONTACT_DUE
from haike.customers.review.act import ask_again
from haike.handover.keeper.triggers import declare_field
from haike.kernel.change import FOLLOWERS
from haike.kernel.dictionary import Dictionary, Word, declare
from haike.segments.offered import offer_groups

__all__ = [
    "ANNIVERSARY",
    "BIRTHDAY",
    "CONTACT_DUE",
    "SEAS",
    "Anniversary",
    "AnniversaryEntity",
    "Contact",
    "ContactEntity",
    "Customer",
    "CustomerEntity",
    "CustomerRelation",
    "CustomerRelationEntity",
    "HotFirst",
    "PriceClass",
    "PriceClassEntity",
    "duplicates",
    "grid",
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
offer_groups(CustomerEntity.model._meta.label_lower, ContactEntity.model._meta.label_lower)
declare_field("customers.customer", "stage")
declare_field("customers.customer", "kind")
FOLLOWERS.extend([follower, ask_again])
