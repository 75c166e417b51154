"""The check of rights knows the public seas: no false alarm, and a real leak is still found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from haike.customers.models import Contact, Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel import versioned
from haike.kernel.entity import Entity, entity_of
from haike.people.proof.oracle import Oracle
from haike.people.proof.walk import Finding, Sample, Walk, surfaces
from haike.people.testing import Staff
from haike.people.user.actions import make_user
from haike.people.user.record import User
from haike.pools import seas
from haike.pools.testing import make_pool

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X5", "C21")]
LOOKED = ("page", "list", "count", "search", "picker", "api", "export", "log")


@pytest.fixture
def lying(staff: Staff) -> Customer:
    """Lies in a sea of cat's department, led by ben; another one lies in the sea of a director."""
    sea = make_pool("华东公海", member_departments=[staff.east], managers=[staff.ben], may_export=True)
    make_pool("总部公海", members=[staff.boss])
    made = make_customer(staff.ann, "深圳市海蓝科技有限公司", phone="13900001234")
    make_contact(staff.ann, made, "王海", phone="13900005678")
    make_customer(staff.ann, "广州市珠江贸易有限公司")
    entity_of(Customer).change(made, by=staff.boss, owner=sea.account)
    made.refresh_from_db()
    return made


def findings(*users: User) -> list[Finding]:
    kinds: list[Entity] = [entity_of(Customer), entity_of(Contact)]
    rows = {kind.label: {row.pk: row for row in kind.model._base_manager.all()} for kind in kinds}
    found = []
    for user in users:
        walk = Walk(User.objects.get(pk=user.pk), Oracle(), Sample(rows, whole=True))
        for each in surfaces():
            if each.key in LOOKED:
                for kind in kinds:
                    each.look(walk, kind)
        assert walk.asked["page"]
        assert walk.asked["api"]
        found += walk.findings
    return found


def test_a_company_with_seas_has_no_findings(staff: Staff, lying: Customer) -> None:
    limited = make_user(username="lim", name="李受限", roles=["limited"], department=staff.east, manager=staff.boss)
    assert [str(finding) for finding in findings(staff.boss, staff.ben, staff.ann, staff.cat, limited)] == []


def test_members_see_and_others_do_not(staff: Staff, lying: Customer) -> None:
    oracle, customers = Oracle(), entity_of(Customer)
    contact = Contact.objects.get()
    for record, entity in ((lying, customers), (contact, entity_of(Contact))):
        three = (staff.ben, staff.ann, staff.cat)
        seen = {user.username: oracle.may(user.pk, "view", entity, record) for user in three}
        assert seen == {"ben": True, "ann": False, "cat": True}
    edits = {user.username: oracle.may(user.pk, "edit", customers, lying) for user in (staff.ben, staff.cat)}
    assert edits == {"ben": True, "cat": False}


def test_one_who_is_no_member_but_sees_the_sea_is_found(
    staff: Staff, lying: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seas.Seas, "joined_by", lambda self, user, pool: True)
    versioned.forget()
    found = findings(staff.ann)
    assert found
    assert all(finding.leak for finding in found)
    assert {(each.entity, each.record) for each in found} >= {("customers.customer", lying.pk)}


def test_one_who_is_a_member_and_does_not_see_is_found(
    staff: Staff, lying: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seas.Seas, "joined_by", lambda self, user, pool: False)
    versioned.forget()
    found = findings(staff.cat)
    assert found
    assert not any(finding.leak for finding in found)


def test_an_open_number_in_the_sea_is_found(
    staff: Staff, lying: Customer, browse: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert findings(staff.cat) == []
    # Its contact may be edited by members, but not to read the number.
    contact = Contact.objects.get()
    form = browse(staff.cat).get(f"/contacts/{contact.pk}/edit").content.decode()
    assert 'name="name"' in form
    assert 'name="phone"' not in form
    assert "13900005678" not in browse(staff.cat).get(f"/contacts/{contact.pk}/field/phone").content.decode()
    policy = type(entity_of(Customer).policy)
    monkeypatch.setattr(policy, "veils", lambda self, user: frozenset())
    assert any("(phone)" in finding.where for finding in findings(staff.cat))


@pytest.mark.feature("P12")
def test_who_can_see_it_names_the_sea(staff: Staff, lying: Customer, browse: Callable[[User], Client]) -> None:
    page: Any = browse(staff.boss).get(f"/customers/{lying.pk}/access").content.decode()
    assert "成员：华东公海" in page
    assert "管理者：华东公海" in page
    assert "总部公海" not in page
