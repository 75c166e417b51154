"""What people type into forms and addresses: too long, hostile, impossible, too late. Nothing breaks, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from haike.customers.models import Customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P16")]
BASE = {"form": "business", "kind": "potential", "stage": "prospect"}
NUMBERS = ["²", "-1", "١٢", "9" * 30, "9" * 5000, "\0", "x" * 3000, ""]


@pytest.fixture
def client(staff: Staff, browse: Browse) -> Client:
    return browse(staff.ann)


@pytest.fixture
def customer(staff: Staff) -> Customer:
    made: Customer = entity_of(Customer).create(by=staff.ann, name="海客科技有限公司", remark="原来的备注")
    return made


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "长" * 121),
        ("name", ""),
        ("name", "\u200b\u202e"),
        ("phone", "no phone"),
        ("phone", "1" * 400),
        ("email", "a@b@c"),
        ("website", "javascript:alert(1)"),
        ("heat_until", "2026-02-30"),
        ("heat_until", "0000-00-00"),
        ("heat_until", "9999-12-31"),
        ("credit_limit", "9" * 40),
        ("credit_limit", "-1"),
        ("credit_limit", "NaN"),
        ("longitude", "181"),
        ("level", "<b>"),
        ("parent", "99999999999999999999999"),
        ("parent", "²"),
        ("region", "000000"),
        ("remark", "字" * 20_001),
    ],
)
def test_what_cannot_be_is_said_and_all_stays_typed(field: str, typed: str, customer: Customer, client: Client) -> None:
    sent = {**BASE, "version": "1", "name": "新名字", "short_name": "<b>留着</b>😀", field: typed}
    answer = client.post(f"/customers/{customer.pk}/edit", sent)
    page = answer.content.decode()
    assert answer.status_code == 422, field
    assert f"error-{field}" in page or 'role="alert"' in page
    assert "&lt;b&gt;留着&lt;/b&gt;😀" in page, "what was typed is lost"
    customer.refresh_from_db()
    assert (customer.name, customer.version) == ("海客科技有限公司", 1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("😀🏢有限公司", "😀🏢有限公司"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("甲\0乙", "甲乙"),
        ("  两头 空白  ", "两头 空白"),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
        ("' OR 1=1; DROP TABLE customers --", "' OR 1=1; DROP TABLE customers --"),
        ("{{ 7*7 }}{% now %}", "{{ 7*7 }}{% now %}"),
    ],
)
def test_odd_names_are_only_names(typed: str, kept: str, client: Client) -> None:
    assert client.post("/customers/new", {**BASE, "name": typed}).status_code == 302
    made = Customer.objects.get()
    assert made.name == kept
    for path in ("/customers/", f"/customers/{made.pk}/", f"/customers/{made.pk}/edit", f"/customers/{made.pk}/log"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert b"<script>alert(1)" not in answer.content


@pytest.mark.parametrize("version", NUMBERS)
def test_wrong_versions(version: str, customer: Customer, client: Client) -> None:
    sent = {**BASE, "version": version, "name": "新名字"}
    assert client.post(f"/customers/{customer.pk}/edit", sent).status_code in (302, 409, 422)
    assert client.post(f"/customers/{customer.pk}/field/name", {"version": version, "name": "又"}).status_code < 500


@pytest.mark.parametrize("number", NUMBERS)
def test_wrong_numbers_in_addresses(number: str, customer: Customer, client: Client) -> None:
    base = f"/customers/{customer.pk}/"
    names = ("page", "size", "before", "after", "tab", "q", "sort")
    for path in ("/customers/", "/customers/bin/", f"{base}log", "/customers/grid"):
        for asked in (dict.fromkeys(names, number), *({name: number} for name in ("page", "before", "q"))):
            assert client.get(path, asked).status_code < 500, (path, asked)
    for path in ("/customers/bulk/delete", "/customers/export"):
        assert client.post(path, {"ids": number, "sure": "1"}).status_code < 500, path
    assert client.post(f"{base}share", {"end": number}).status_code < 500
    assert client.post(f"{base}share", {"owner": number}).status_code < 500
    assert client.get("/customers/new", {"parent": number, "name": number}).status_code < 500
    assert client.get("/customers/pick", {"q": number}).status_code < 500
    assert client.get("/divisions", {"parent": number}).status_code < 500


def test_foreign_records_are_not_there(customer: Customer, staff: Staff, browse: Browse) -> None:
    cat = browse(staff.cat)
    before = Change.objects.count()
    for act in ("edit", "field/name", "delete", "archive", "restore", "transfer", "share", "purge", "reveal/phone"):
        sent = {**BASE, "version": "1", "name": "gekapert", "owner": str(staff.cat.pk)}
        assert cat.post(f"/customers/{customer.pk}/{act}", sent).status_code in (404, 422), act
    assert cat.post("/contacts/new", {"customer": str(customer.pk), "name": "王一"}).status_code == 422
    assert cat.post("/customers/bulk/delete", {"ids": str(customer.pk), "sure": "1"}).status_code < 500
    customer.refresh_from_db()
    assert (customer.name, customer.owner, customer.deleted_at) == ("海客科技有限公司", staff.ann, None)
    assert Change.objects.count() == before


def test_a_session_lost_while_typing(customer: Customer, client: Client) -> None:
    client.logout()
    sent = {**BASE, "version": "1", "name": "neu"}
    path = f"/customers/{customer.pk}/edit"
    inside = client.post(path, sent, headers={"HX-Request": "true"})
    assert inside.status_code == 401
    assert inside.headers["X-Sign-In"].startswith("/signin")
    plain = client.post(path, sent)
    assert plain.status_code == 302
    assert plain.headers["Location"].startswith("/signin")
    customer.refresh_from_db()
    assert customer.version == 1


def test_without_the_token_of_the_form_nothing_is_written(customer: Customer, staff: Staff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff.ann)
    answer = client.post(f"/customers/{customer.pk}/edit", {**BASE, "version": "1", "name": "neu"})
    assert answer.status_code == 403
    assert client.post("/api/v1/customers/", "{}", content_type="application/json").status_code == 403
    assert client.delete(f"/api/v1/customers/{customer.pk}").status_code == 403
    customer.refresh_from_db()
    assert (customer.version, customer.deleted_at) == (1, None)


def test_a_form_that_is_far_too_large(client: Client) -> None:
    answer = client.post("/customers/new", {**BASE, "name": "x", "remark": "x" * 11_000_000})
    assert answer.status_code in (400, 413, 422)
    assert not Customer.objects.exists()


def test_links_to_foreign_records_tell_no_titles(customer: Customer, staff: Staff, browse: Browse) -> None:
    cat = browse(staff.cat)
    title, key = str(customer), str(customer.pk)
    where = json.dumps({"all": [{"field": "parent", "op": "one_of", "value": [key]}]})
    answers = [
        cat.get("/customers/new", {"parent": key}),
        cat.post("/customers/new", {**BASE, "name": "neu", "parent": key}),
        cat.get("/customers/", {"f": where}),
        cat.get("/customers/filter", {"f": where}),
        cat.get("/customers/filter/row", {"row-0-field": "parent", "row-0-operator": "one_of", "row-0-value": key}),
        cat.get("/contacts/new", {"customer": key}),
        cat.post("/contacts/new", {"customer": key, "name": "王一"}),
    ]
    assert not [place for place, answer in enumerate(answers) if title in answer.content.decode()]
    assert not Customer.objects.filter(name="neu").exists()


def test_a_link_to_what_one_does_not_see_survives_an_edit(customer: Customer, staff: Staff, browse: Browse) -> None:
    child = entity_of(Customer).create(by=staff.boss, owner=staff.cat, name="子公司", parent=customer)
    sent = {**BASE, "version": "1", "name": "子公司改名", "parent": str(customer.pk)}
    assert browse(staff.cat).post(f"/customers/{child.pk}/edit", sent).status_code == 302
    child.refresh_from_db()
    assert (child.name, child.parent_id) == ("子公司改名", customer.pk)
