"""Looking up whether somebody has a customer already."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from haike.bulk.acts import ACTS
from haike.bulk.work import start_run
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.index import IdentityKey
from haike.kernel.entity import entity_of
from haike.kernel.option import choose, options
from haike.people.testing import Staff
from haike.site.cli.duplicates import command

NAME, CODE = "深圳市海蓝科技有限公司", "91440300708461136T"
FACTS = {"name": NAME, "phone": "075526001234", "tax_number": CODE}


@pytest.mark.feature("C3", "X2")
@pytest.mark.parametrize("field", ["name", "phone", "tax_number"])
def test_a_stranger_learns_owner_and_department_only(staff: Staff, browse: Any, field: str) -> None:
    one = make_customer(staff.ann, **FACTS, address="南山路十八号")
    make_contact(staff.ann, one, "钱多多", mobile="13900139000")
    said = browse(staff.cat).post("/customers/lookup", {field: FACTS[field]}).content.decode()
    assert staff.ann.name in said
    assert str(staff.south) in said
    secrets = {*FACTS.values(), one.number, f"/customers/{one.pk}", "钱多多", "南山路十八号"} - {FACTS[field]}
    assert not [secret for secret in secrets if secret in said]


@pytest.mark.feature("C3")
def test_in_scope_only_where_the_setting_says_so(staff: Staff, browse: Any) -> None:
    one = make_customer(staff.ann, **FACTS)
    choose(next(each for each in options() if each.key == "dedupe.lookup"), False)
    assert staff.ann.name not in browse(staff.cat).post("/customers/lookup", {"name": NAME}).content.decode()
    for user in (staff.ann, staff.ben):
        said = browse(user).post("/customers/lookup", {"name": NAME}).content.decode()
        assert f"/customers/{one.pk}/" in said


@pytest.mark.feature("C3")
def test_the_page_is_on_the_list_and_asks_for_something(staff: Staff, browse: Any) -> None:
    cat = browse(staff.cat)
    assert "/customers/lookup" in cat.get("/customers/").content.decode()
    assert cat.get("/customers/lookup").status_code == 200
    assert cat.post("/customers/lookup", {}).status_code == 422
    assert cat.post("/customers/lookup", {"name": "没有人有的公司"}).status_code == 200
    assert cat.get("/users/lookup").status_code == 404


@pytest.mark.feature("C3", "X4")
def test_a_bulk_edit_asks_the_guard(staff: Staff) -> None:
    choose(next(each for each in options() if each.key == "dedupe.short"), "forbid")
    make_customer(staff.ann, NAME, short_name="海蓝")
    others = [make_customer(staff.ann, name) for name in ("红山贸易", "青石商行")]
    values = {"field": "short_name", "how": "set", "value": "海蓝"}
    run = start_run(entity_of(Customer), ACTS["edit"], [each.pk for each in others], values, "x", by=staff.ann)
    assert run.refusals.count() == 2
    assert not Customer.objects.filter(pk__in=[each.pk for each in others], short_name="海蓝").exists()
    values["value"] = "别的"
    run = start_run(entity_of(Customer), ACTS["edit"], [others[0].pk], values, "x", by=staff.ann)
    assert not run.refusals.exists()


@pytest.mark.feature("C3")
def test_the_command_computes_the_keys_anew(staff: Staff) -> None:
    make_customer(staff.ann, **FACTS)
    before = set(IdentityKey.objects.values_list("key", "record_id"))
    IdentityKey.objects.all().delete()
    said = CliRunner().invoke(command, ["rebuild"])
    assert said.exit_code == 0, said.output
    assert f"{len(before):,}" in said.output
    assert set(IdentityKey.objects.values_list("key", "record_id")) == before
