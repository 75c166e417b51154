"""Rights to single fields, clause by clause: read-only as well as hidden, masks, and who is told what was looked at."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.customers.models import Contact, Customer
from haike.exchange.models import ImportRun
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.models import Role, User
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.sales.testing import make_lead
from haike.sheets.read import open_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P10")]
Browse = Callable[[User], Client]

HTMX = {"HX-Request": "true"}
LIMIT, PHONE = "credit_limit", "mobile"


@pytest.fixture
def customer(staff: Staff) -> Customer:
    made: Customer = entity_of(Customer).create(
        by=staff.ann, name="海客科技有限公司", mobile="13912345678", credit_limit="98765.43"
    )
    return made


@pytest.fixture
def sales(staff: Staff) -> Role:
    return Role.objects.get(key="sales")


@pytest.fixture
def rule(staff: Staff, browse: Browse, sales: Role) -> Callable[..., Client]:
    """The boss sets rights to fields of a kind of record on the role's page; ann's browser afterwards."""

    def act(entity: str = "customers", **rights: str) -> Client:
        sales.refresh_from_db()
        url = f"/roles/{sales.pk}/fields?entity={entity}"
        page = browse(staff.boss).get(url).content.decode()
        for name in rights:
            assert f'name="{name}"' in page
        answer = browse(staff.boss).post(url, {**rights, "version": sales.version})
        assert answer.status_code == 302
        versioned.forget()
        return browse(User.objects.get(pk=staff.ann.pk))

    return act


# -- read-only ---------------------------------------------------------------------------------------------------------


def test_a_field_that_may_only_be_read_is_shown_everywhere(customer: Customer, rule: Callable[..., Client]) -> None:
    ann = rule(credit_limit="read", mobile="read")
    page = ann.get(f"/customers/{customer.pk}/").content.decode()
    assert "98,765.43" in page
    assert "139 1234 5678" in page
    assert ann.get(f"/api/v1/customers/{customer.pk}").json()[LIMIT] == "98765.43"
    ann.post("/customers/columns", {"column": ["name", LIMIT, PHONE]})
    assert "98,765.43" in ann.get("/customers/").content.decode()
    condition = json.dumps({"all": [{"field": LIMIT, "op": "more", "value": "100000"}]})
    assert ann.get("/api/v1/customers/", {"f": condition}).json()["items"] == []


def test_no_form_offers_it(customer: Customer, rule: Callable[..., Client]) -> None:
    before = rule(credit_limit="edit", mobile="edit")
    for path in (f"/customers/{customer.pk}/edit", "/customers/new"):
        page = before.get(path).content.decode()
        assert f'name="{LIMIT}"' in page
        assert f'name="{PHONE}"' in page
    ann = rule(credit_limit="read", mobile="read")
    for path in (f"/customers/{customer.pk}/edit", "/customers/new"):
        page = ann.get(path).content.decode()
        assert 'name="remark"' in page
        assert f'name="{LIMIT}"' not in page
        assert f'name="{PHONE}"' not in page


def test_no_way_of_writing_changes_it(customer: Customer, rule: Callable[..., Client]) -> None:
    ann = rule(credit_limit="read", mobile="read")
    base, written = f"/customers/{customer.pk}/", {LIMIT: "1", PHONE: "13800138000"}
    form = {"version": "1", "name": "改名有限公司", "form": "business", "kind": "potential", "stage": "prospect"}
    assert ann.post(f"{base}edit", {**form, **written}).status_code == 302
    for name, value in written.items():
        assert ann.get(f"{base}field/{name}", headers=HTMX).status_code == 422, name
        assert ann.post(f"{base}field/{name}", {name: value}, headers=HTMX).status_code == 422, name
        patch = ann.patch(f"/api/v1{base.rstrip('/')}", json.dumps({name: value}), content_type="application/json")
        assert patch.status_code == 422, name
        offered = ann.post("/customers/bulk/edit", {"ids": str(customer.pk)}).content.decode()
        assert 'value="remark"' in offered
        assert f'<option value="{name}"' not in offered
        ann.post("/customers/bulk/edit", {"ids": str(customer.pk), "sure": "1", "field": name, name: value})
    sheet = SimpleUploadedFile("a.csv", "公司名称,信用额度,手机\n改名有限公司,1,13800138000\n".encode())
    assert ann.post("/customers/import/", {"file": sheet}).status_code == 302
    run = ImportRun.objects.get()
    sent = {"column-0": "name", "column-1": LIMIT, "column-2": PHONE}
    assert f'value="{LIMIT}"' not in ann.get(f"/imports/{run.pk}/").content.decode()
    ann.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "rule": "update", **sent})
    run.refresh_from_db()
    assert list(run.columns.values()) == ["name"]
    customer.refresh_from_db()
    assert (customer.name, str(customer.credit_limit), customer.mobile) == ("改名有限公司", "98765.43", "13912345678")


def test_the_widest_of_several_roles_counts(customer: Customer, staff: Staff, rule: Callable[..., Client]) -> None:
    ann = rule(credit_limit="hidden")
    assert "98,765.43" not in ann.get(f"/customers/{customer.pk}/").content.decode()
    more = entity_of(Role).create(by=SETUP, name="看额度", rights={"customers.*": {"view": "own"}}, grants=[])
    entity_of(User).change(User.objects.get(pk=staff.ann.pk), by=SETUP, roles=[Role.objects.get(key="sales"), more])
    versioned.forget()
    assert "98,765.43" in ann.get(f"/customers/{customer.pk}/").content.decode()


@pytest.mark.parametrize("right", ["hidden", "read", "masked"])
def test_a_right_holds_for_one_role_and_from_the_next_click_on(
    right: str, customer: Customer, staff: Staff, browse: Browse, rule: Callable[..., Client]
) -> None:
    path = f"/customers/{customer.pk}/"
    ann, ben = browse(staff.ann), browse(staff.ben)
    assert "139 1234 5678" in ann.get(path).content.decode()
    rule(mobile=right)
    assert ("139 1234 5678" in ann.get(path).content.decode()) == (right == "read")
    assert "139 1234 5678" in ben.get(path).content.decode(), "another role sees it as before"
    rule(mobile="edit")
    assert "139 1234 5678" in ann.get(path).content.decode()


# -- amounts and phones of other records -------------------------------------------------------------------------------


def test_fields_of_leads_and_contacts_too(staff: Staff, customer: Customer, rule: Callable[..., Client]) -> None:
    lead = make_lead(staff.ann, person="郑海", mobile="13900001234", budget="54321.00")
    contact = entity_of(Contact).create(by=staff.ann, customer=customer, name="陈女士", mobile="13698765432")
    rule("leads", budget="hidden", mobile="masked")
    ann = rule("contacts", mobile="masked")
    for path in (f"/leads/{lead.pk}/", "/leads/", f"/api/v1/leads/{lead.pk}", f"/leads/{lead.pk}/edit"):
        page = ann.get(path).content.decode()
        assert "54321" not in page.replace(",", ""), path
        assert "13900001234" not in page.replace(" ", ""), path
    for path in (f"/contacts/{contact.pk}/", "/contacts/", f"/customers/{customer.pk}/?tab=contacts"):
        assert "13698765432" not in ann.get(path).content.decode().replace(" ", ""), path


# -- masks -------------------------------------------------------------------------------------------------------------


def test_a_mask_is_lifted_by_a_click_that_is_logged(
    staff: Staff, customer: Customer, sales: Role, browse: Browse, rule: Callable[..., Client]
) -> None:
    entity_of(Role).change(sales, by=SETUP, grants=["reveal"])
    ann = rule(mobile="masked", email="masked")
    page = ann.get(f"/customers/{customer.pk}/").content.decode()
    assert "139****5678" in page.replace(" ", "") or 'class="masked"' in page
    assert f"/customers/{customer.pk}/reveal/mobile" in page
    shown = ann.post(f"/customers/{customer.pk}/reveal/mobile", headers=HTMX)
    assert "139 1234 5678" in shown.content.decode()
    [entry] = Change.objects.filter(action="reveal")
    assert (entry.by, entry.record_id, list(entry.diff)) == (staff.ann, customer.pk, ["mobile"])
    assert "13912345678" not in str(entry.diff), "the log says that, not what"
    log = browse(staff.boss).get(f"/customers/{customer.pk}/?tab=log").content.decode()
    assert "安然" in log
    assert "手机" in log
    assert "139 1234 5678" not in ann.get("/customers/").content.decode(), "the next page is masked again"


def test_an_export_holds_what_may_be_read_and_no_masked_number(
    customer: Customer, staff: Staff, sales: Role, rule: Callable[..., Client], tmp_path: Path
) -> None:
    rights = {**sales.rights, "customers.customer": {**sales.rights.get("customers.customer", {}), "export": "own"}}
    entity_of(Role).change(sales, by=SETUP, rights=rights)
    ann = rule(credit_limit="read", mobile="masked")
    asked = {"write": "1", "what": "all", "format": "xlsx", "column": ["name", LIMIT, PHONE]}
    answer: Any = ann.post("/customers/export", asked)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    path = tmp_path / "a.xlsx"
    path.write_bytes(io.BytesIO(content).read())
    with open_sheet(path, filename="a.xlsx") as book:
        text = " ".join(str(cell) for row in book.rows() for cell in row)
    assert "98765.43" in text
    assert "13912345678" not in text.replace(" ", "")
