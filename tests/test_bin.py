"""The recycle bin: what goes in goes with what hangs on it, with who and when, and comes back with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.work.follow_up.actions import write_follow_up
from haike.work.follow_up.record import FollowUp

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("P22")


@pytest.fixture
def customer(staff: Staff) -> Customer:
    made = make_customer(staff.ann, "海蓝科技")
    contact = make_contact(staff.ann, made, "王小明")
    make_contact(staff.ann, made, "早已离职")
    entity_of(Contact).remove(Contact.objects.get(name="早已离职"), by=staff.ann)
    write_follow_up(made, by=staff.ann, content="谈了价格", contact=contact)
    return made


def live() -> tuple[int, int, int]:
    return Customer.objects.live().count(), Contact.objects.live().count(), FollowUp.objects.live().count()


def test_what_hangs_on_it_goes_and_returns_together(customer: Customer, staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    assert live() == (1, 1, 1)
    assert ann.post(f"/customers/{customer.pk}/delete").status_code == 302
    assert live() == (0, 0, 0)
    bin_page = ann.get("/customers/bin/").context["bin"]
    (row,) = bin_page["rows"]
    assert (row["title"], row["by"]) == ("海蓝科技", "安然")
    assert "联系人 1" in row["related"]
    assert "跟进记录 1" in row["related"]
    # What went in with it cannot come back alone; it stands below it.
    assert ann.get("/follow-ups/bin/").context["bin"]["rows"] == []
    assert ann.post(f"/customers/{customer.pk}/restore").status_code == 302
    assert live() == (1, 1, 1), "who left before stays where he was"
    assert Contact.objects.live().get().name == "王小明"
    actions = Change.objects.filter(entity="customers.customer", record_id=customer.pk).values_list("action", flat=True)
    assert list(actions.order_by("id"))[-2:] == ["delete", "restore"]


def test_the_page_of_what_lies_in_the_bin_says_so(customer: Customer, staff: Staff, browse: Browse) -> None:
    ann, url = browse(staff.ann), f"/customers/{customer.pk}/"
    assert 'class="card follow-up-box"' in ann.get(url).content.decode()
    ann.post(f"{url}delete")
    page = ann.get(url).content.decode()
    assert "在回收站" in page
    assert "follow-up-box" not in page, "a talk about it would be refused"
    assert "_deleted" not in page, "what only an undo reads"


def test_users_restore_and_only_the_boss_purges_and_empties(customer: Customer, staff: Staff, browse: Browse) -> None:
    entity_of(Customer).remove(customer, by=staff.ann)
    ann, boss = browse(staff.ann), browse(staff.boss)
    page = ann.get("/customers/bin/").context["bin"]
    assert page["rows"][0]["restore_url"]
    assert not page["rows"][0]["purge_url"]
    assert not page["empty_url"]
    for url in (f"/customers/{customer.pk}/purge", "/customers/bin/empty"):
        assert ann.post(url).status_code in (404, 422)
        assert browse(staff.cat).post(url).status_code in (404, 422)
    assert Customer._base_manager.filter(pk=customer.pk).exists()
    assert browse(staff.cat).get("/customers/bin/").context["bin"]["rows"] == []
    assert boss.post("/customers/bin/empty").status_code == 302
    assert not Customer._base_manager.exists()
    assert not Contact._base_manager.exists()
    assert not FollowUp._base_manager.exists()
    log = Change.objects.filter(action="purge").values_list("entity", flat=True)
    assert set(log) >= {"customers.customer", "customers.contact", "work.followup"}
