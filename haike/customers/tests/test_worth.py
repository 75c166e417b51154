"""Value, potential and satisfaction of a customer, and how they have gone."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.customers.customer.record import Customer
from haike.customers.customer.worth import JUDGED, MOST_STEPS
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("C14")


def steps(client: Client, customer: Customer) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of each field that is shown: how it stands, and the words with who chose them, newest first."""
    page = client.get(f"/customers/{customer.pk}/panel/worth").content.decode()
    found = []
    for section in re.findall(r"<section>(.*?)</section>", page, re.S):
        now = re.sub(r"<[^>]+>", "", section[section.index("</span>") :].partition("</h3>")[0]).strip()
        lines = re.findall(r'</time>.*?>([^<]*)</span><span class="muted">([^<]*)</span>', section)
        found.append((now, lines))
    return found


def test_each_judgement_is_kept_with_who_and_when(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, value="c")
    change = entity_of(Customer).change
    customer = change(customer, by=staff.ben, value="a", satisfaction="satisfied")
    customer = change(customer, by=staff.ann, satisfaction="dissatisfied", remark="交货迟了")
    value, potential, satisfaction = steps(browse(staff.ann), customer)
    words = entity_of(Customer).looks["value"]
    assert value[1] == [(words.text("a"), "贲志强"), (words.text("c"), "安然")]
    assert potential == ("–", [])
    assert satisfaction == ("不满意", [("不满意", "安然"), ("满意", "贲志强")])
    assert steps(browse(staff.cat), customer) == []


def test_what_one_may_not_read_has_no_history(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, value="a", potential="great", satisfaction="satisfied")
    role = Role.objects.get(key="sales")
    rights = {"customers.customer": {"value": "hidden", "satisfaction": "masked"}}
    entity_of(Role).change(role, by=staff.boss, field_rights=rights)
    assert len(steps(browse(staff.ann), customer)) == 1
    assert len(steps(browse(staff.boss), customer)) == len(JUDGED)


def test_many_judgements_cost_one_query(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    for number in range(MOST_STEPS + 10):
        customer = entity_of(Customer).change(customer, by=staff.ann, satisfaction=("satisfied", "neutral")[number % 2])
    client = browse(staff.ann)
    client.get(f"/customers/{customer.pk}/panel/worth")
    with CaptureQueriesContext(connection) as captured:
        found = steps(client, customer)
    assert len(found[2][1]) == MOST_STEPS
    assert len([each for each in captured if "kernel_change" in each["sql"]]) == 1
