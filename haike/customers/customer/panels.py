"""Panels of a customer's page: contacts, their chart, the group, the team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from haike.customers.contact.record import Contact
from haike.customers.customer.family import ROLL_UPS, belonging, members
from haike.customers.customer.record import MOST_PEOPLE, Customer
from haike.customers.relation import CustomerRelation
from haike.dedupe.claim.record import splits_of
from haike.find.prepared import Counted, Tally
from haike.find.share import Share
from haike.kernel.entity import entity_of
from haike.kernel.look import MoneyLook
from haike.kernel.policy import Actor
from haike.kernel.record import entity_policy
from haike.screens.table import cell_of

MOST_DEALT = 200
CONTACT_COLUMNS = ("department_name", "post", "decision_role", "mobile", "phone", "wechat", "qq", "email", "birthday")


def count_contacts(user: Actor, customer: Customer) -> int:
    """How many contacts the customer has; whoever sees the customer sees them all."""
    if len(customer.people) < MOST_PEOPLE:
        return len(customer.people)
    rows: Any = Contact.objects.live()
    return int(rows.filter(customer=customer).count())


def contacts(request: HttpRequest, customer: Customer) -> SafeString:
    """The people at the customer, each with the ways to reach him."""
    user, entity = cast(Any, request.user), entity_of(Contact)
    looks = {n: entity.looks[n] for n in CONTACT_COLUMNS if entity.right(user, n) != "hidden"}
    people = customer.people
    addresses = [c.email for c in people if c.email and entity.policy.right_to(user, "email", c) in ("read", "edit")]
    context = {
        "customer": customer,
        "columns": [look.label for look in looks.values()],
        "rows": [
            {"contact": contact, "cells": [cell_of(entity, user, name, look, contact) for name, look in looks.items()]}
            for contact in people
        ],
        "may_create": entity.policy.may(user, "create"),
        "may_import": entity.policy.may(user, "import"),
        "may_export": entity.policy.may(user, "export"),
        "may_choose": entity_of(Customer).policy.allows(user, "edit", customer),
        "mail_all": f"mailto:?bcc={quote(','.join(addresses), safe='@,')}" if addresses else "",
    }
    return render_to_string("customers/contacts.html", {"panel": context}, request=request)


@dataclass
class Post:
    """A person in the chart with those who report to him."""

    contact: Contact
    role: SafeString
    below: list[Post] = field(default_factory=list)


def chart(request: HttpRequest, customer: Customer) -> SafeString:
    """The customer's departments with their people, each below the one he reports to."""
    user, entity = cast(Any, request.user), entity_of(Contact)
    people = customer.people
    look = entity.looks["decision_role"]
    posts = {
        contact.pk: Post(
            contact,
            cell_of(entity, user, "decision_role", look, contact)
            if contact.decision_role and entity.right(user, "decision_role") != "hidden"
            else mark_safe(""),
        )
        for contact in people
    }
    departments: dict[str, list[Post]] = {}
    for contact in people:
        above = posts.get(contact.reports_to_id) if contact.reports_to_id else None
        if above is not None:
            above.below.append(posts[contact.pk])
        else:
            departments.setdefault(contact.department_name, []).append(posts[contact.pk])
    context = {
        "customer": customer,
        "departments": sorted(departments.items(), key=lambda item: (not item[0], item[0])),
    }
    return render_to_string("customers/chart.html", {"panel": context}, request=request)


def count_family(user: Actor, customer: Customer) -> Tally:
    """How many customers belong to it or are related to it."""
    return Tally((belonging(user), _ends(user, "customer", "other"), _ends(user, "other", "customer")), customer.pk)


def _ends(user: Actor, mine: str, other: str) -> Counted:
    """How many stand at the other end of the relations in which a customer stands at this one."""

    def rows() -> Any:
        # For each of the few: a list of all whom one sees would be made for it.
        seen = Customer.objects.visible_to(user).filter(pk=OuterRef(other))
        some: Any = CustomerRelation.objects.live()
        return some.filter(Exists(seen))

    return Counted(("relations", mine, entity_policy(Customer).key(user)), rows, f"{mine}_id")


def _related(customer: Customer) -> Any:
    rows: Any = CustomerRelation.objects.live()
    return rows.filter(Q(customer=customer) | Q(other=customer))


def _seen(user: Actor, keys: Iterable[int]) -> set[int]:
    wanted = set(keys)
    rows = Customer.objects.visible_to(user).filter(pk__in=wanted) if wanted else Customer.objects.none()
    return set(rows.values_list("pk", flat=True))


def _relations(user: Actor, customer: Customer) -> list[dict[str, Any]]:
    look = entity_of(CustomerRelation).looks["kind"]
    both = list(_related(customer).select_related("customer", "other").order_by("id"))
    seen = _seen(user, (row.other_id if row.customer_id == customer.pk else row.customer_id for row in both))
    found = []
    for row in both:
        mine = row.customer_id == customer.pk
        other = row.other if mine else row.customer
        if other.pk in seen:
            found.append({"relation": row, "other": other, "kind": mark_safe(look.cell(row.kind)), "mine": mine})
    return found


def family(request: HttpRequest, customer: Customer) -> SafeString:
    """Parent and subsidiaries with sums, dealer and dealt customers, related companies."""
    user = cast(Any, request.user)
    money = MoneyLook("", "")
    tree = members(customer, user)
    seen: Any = Customer.objects.visible_to(user)
    above = [pk for pk in (customer.parent_id, customer.dealer_id) if pk]
    known = seen.in_bulk(above) if above else {}
    context = {
        "customer": customer,
        "parent": known.get(customer.parent_id),
        "dealer": known.get(customer.dealer_id),
        "labels": [roll_up.label for roll_up in ROLL_UPS],
        "tree": [
            {"customer": m.customer, "depth": m.depth, "sums": [mark_safe(money.cell(s)) for s in m.sums]} for m in tree
        ]
        if len(tree) > 1
        else [],
        "dealt": list(seen.filter(dealer=customer).order_by("name_pinyin", "id")[:MOST_DEALT]),
        "relations": _relations(user, customer),
        "may_create": entity_of(Customer).policy.may(user, "create"),
        "may_relate": entity_of(CustomerRelation).policy.may(user, "create"),
    }
    return render_to_string("customers/family.html", {"panel": context}, request=request)


def team(request: HttpRequest, customer: Customer) -> SafeString:
    """The owner and those with whom the customer is shared."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    shares = Share.objects.filter(entity=entity.label, record_id=customer.pk)
    context = {
        "customer": customer,
        "owner": customer.owner,
        "shares": list(shares.order_by("at")),
        "splits": splits_of(entity.label, customer.pk),
        "share_url": f"{entity.url_of(customer)}share" if entity.policy.allows(user, "share", customer) else "",
    }
    return render_to_string("customers/team.html", {"panel": context}, request=request)
