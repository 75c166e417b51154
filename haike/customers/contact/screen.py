"""How contacts are shown, found and written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from haike.customers.birthday import keys_between
from haike.customers.contact import actions
from haike.customers.contact.record import Anniversary, Contact
from haike.customers.contact.surnames import surnames_of
from haike.customers.customer.record import Customer
from haike.customers.paper.views import print_button
from haike.dedupe.guard import warnings
from haike.kernel import bulk, change
from haike.kernel.entity import Button, Category, Entity, Label, Related, Section, SideGroup, SideNode, entity_of
from haike.kernel.log import Batch
from haike.kernel.period import span, today
from haike.kernel.policy import Actor, FieldRight, Policy
from haike.refused import Refused

MOST_SURNAMES = 40
CALLED, MADE_OF = "called", frozenset({"name", "form_of_address", "post"})
"""What is searched for 王总, and what it is made of."""


class ContactPolicy(Policy):
    """Whoever sees the customer sees its contacts."""

    through = "customer"

    def field_right(self, user: Actor, field: str) -> FieldRight:
        """How somebody is addressed tells his name and his post: it is hidden with either."""
        if field == CALLED and any(super(ContactPolicy, self).field_right(user, each) == "hidden" for each in MADE_OF):
            return "hidden"
        return super().field_right(user, field)


def _birthdays(period: str) -> Any:
    def condition(user: Actor) -> Q:
        first, after = span(period)
        return Q(birthday_key__in=sorted(keys_between(first or today(), after or today())))

    return condition


class ContactEntity(Entity):
    """People are listed by surname and by pinyin."""

    model, policy_class = Contact, ContactPolicy
    titled_by = ["name"]
    synonyms = {
        "name": ("联系人", "联系人姓名", "姓名", "主要联系人", "负责人", "contact", "contact person", "contact name"),
        "mobile": ("手机", "手机号", "手机号码", "联系人手机", "联系手机", "移动电话", "mobile phone", "cell"),
        "phone": ("联系人电话", "办公电话", "联系电话", "电话号码"),
        "post": ("职务", "职位", "联系人职务"),
        "email": ("联系人邮箱",),
        "wechat": ("联系人微信",),
        "department_name": ("部门", "所在部门"),
        "customer": ("客户名称", "公司名称", "公司", "单位"),
    }
    slug, icon = "contacts", "address-book"
    columns = [
        "name",
        "customer",
        "department_name",
        "post",
        "mobile",
        "phone",
        "wechat",
        "email",
        "birthday",
        "decision_role",
        "owner",
    ]
    sort = "name"
    categories = {
        "mine": Category(_("Mine"), lambda user: Q(owner_id=user.pk)),
        "main": Category(_("Main contacts"), Q(pk=F("customer__main_contact"))),
        "deciders": Category(_("Deciders"), Q(decision_role__in=["decider", "approver"])),
        "birthdays_this_week": Category(_("Birthdays this week"), _birthdays("this_week")),
        "birthdays_this_month": Category(_("Birthdays this month"), _birthdays("this_month")),
        "birthdays_next_month": Category(_("Birthdays next month"), _birthdays("next_month")),
    }
    sections = [
        Section(
            _("Person"),
            [
                "customer",
                "name",
                "form_of_address",
                "gender",
                "department_name",
                "post",
                "decision_role",
                "reports_to",
                "classification",
                "closeness",
                "responsible_for",
            ],
        ),
        Section(
            _("Ways to reach"),
            [
                "mobile",
                "phone",
                "wechat",
                "email",
                "qq",
                "mobile_2",
                "home_phone",
                "fax",
                "msn",
                "preferred_channel",
                "address",
                "postcode",
            ],
        ),
        Section(_("Personal"), ["birthday", "hobbies", "photo", "remark"]),
        Section(_("Contact with us"), ["last_contact_at", "next_contact_at"]),
    ]
    quick = ["customer", "name", "form_of_address", "post", "mobile", "wechat", "email"]
    facts = ["customer", "post", "mobile", "phone", "wechat", "birthday", "last_contact_at"]
    badges = ["decision_role", "classification"]
    search = ["name", "called", "mobile", "mobile_2", "phone", "email", "wechat", "qq", "customer__name"]
    settled = ["last_contact_at", "next_contact_at"]
    hidden = ["birthday_key"]
    tabs = [Related("customers.anniversary", "contact", columns=["kind", "day", "remark"])]

    @cached_property
    def indexed_elsewhere(self) -> list[tuple[Entity, str, frozenset[str]]]:
        """Another post is another way of being addressed, by which the customer is found too."""
        found = super().indexed_elsewhere
        return [(entity, link, names | MADE_OF if CALLED in names else names) for entity, link, names in found]

    def create(self, *, by: Actor, **values: Any) -> Any:
        return actions.create_contact(by=by, **values)

    def drafts(self, rows: Sequence[Mapping[str, Any]], *, by: Actor) -> Sequence[Any]:
        return bulk.draft_many(self, rows, by=by)

    def create_many(self, rows: Sequence[Any], *, by: Actor, batch: Batch) -> list[Any]:
        with transaction.atomic(savepoint=False):
            made = bulk.create_many(self, rows, by=by, batch=batch)
            actions.ensure_mains(each for each in made if isinstance(each, Contact))
        return made

    def change(self, record: Any, *, by: Actor, version: int | None = None, **values: Any) -> Any:
        to = values.get("customer")
        if to is not None and to.pk != record.customer_id:
            return actions.move_contact(record, by=by, version=version, to=values.pop("customer"), **values)
        return change.change(record, by=by, version=version, **values)

    def changes_plainly(self, names: Collection[str]) -> bool:
        return "customer" not in names

    def taken_back(self, records: list[Any]) -> None:
        keys = {record.customer_id for record in records}
        for customer in Customer.objects.live().filter(pk__in=keys):
            actions.ensure_main(customer)

    def remove(self, record: Any, *, by: Actor) -> Any:
        return actions.remove_contact(record, by=by)

    def restore(self, record: Any, *, by: Actor) -> Any:
        return actions.restore_contact(record, by=by)

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        return list(warnings(self, values, record, by))

    def side(self, user: Actor) -> list[SideGroup]:
        return [*([group] if (group := surname_tree(user)) else [])]

    def list_buttons(self, user: Actor) -> list[Button]:
        found = [
            Button(_("Address book"), reverse("customers:book"), "address-book"),
            Button(_("Birthdays"), reverse("customers:birthdays"), "cake"),
        ]
        if self.policy.may(user, "import"):
            found.append(Button(_("From vCard"), reverse("customers:vcard_import"), "id"))
        return found

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        base = self.url_of(record)
        found = [Button(_("vCard"), f"{base}vcard", "address-book")]
        if not record.main and entity_of(Customer).policy.allows(user, "edit", record.customer):
            found.append(Button(_("Make main contact"), f"{base}main", "star", "post"))
        return [*found, *print_button(record, user)]


def surname_tree(user: Actor) -> SideGroup | None:
    """The letters, and below each the surnames that are most common among the user's contacts."""
    found = surnames_of(user)
    used, common = found.used, set(found.common[:MOST_SURNAMES])
    nodes: list[SideNode] = []
    for letter in sorted({row[0] for row in used}, key=lambda letter: (letter == "#", letter)):
        nodes.append(SideNode(letter, "letter", "is", letter))
        nodes += [SideNode(s, "surname", "is", s, 1) for first, s in used if first == letter and s and s in common]
    return SideGroup(_("Surnames"), nodes) if nodes else None


class AnniversaryPolicy(Policy):
    """Whoever sees the customer sees the anniversaries of its contacts."""

    through = "customer"


class AnniversaryEntity(Entity):
    """Days that are kept besides birthdays."""

    model, policy_class = Anniversary, AnniversaryPolicy
    slug, icon, title = "anniversaries", "cake", "remark"
    columns = ["contact", "customer", "kind", "day", "remark"]
    sections = [Section(_("Anniversary"), ["contact", "kind", "day", "remark"])]
    search = ["contact__name", "remark"]
    hidden = ["day_key"]
    in_menu = in_create_menu = False

    def create(self, *, by: Actor, **values: Any) -> Any:
        contact = values.get("contact")
        if contact is None or not entity_of(Contact).policy.allows(by, "view", contact):
            raise Refused(fields={"contact": _("This contact is not there for you.")})
        return change.create(Anniversary, by=by, **{**values, "customer": contact.customer})
