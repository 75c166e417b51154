"""Fields that a role hides or masks leak nowhere: list, page, form, filter, sort, export, API, log, import."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.models import Contact, Customer
from haike.exchange.models import ImportRun
from haike.exchange.target import targets
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.selection import Selection
from haike.people.models import Role, User
from haike.people.testing import Staff
from haike.people.user.actions import SETUP, make_user
from haike.sheets.read import open_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P10")]

HIDDEN = {"opening_debt": ["987654", "987,654"], "remark": ["不可外传的备注"]}
MASKED = {"mobile": ["13912345678", "139 1234 5678"], "email": ["geheim.chen@example.com"]}
OF_CONTACT = {"mobile": ["13698765432", "136 9876 5432"], "wechat": ["wx_geheim_88"]}
SECRETS = [text for fields in (HIDDEN, MASKED, OF_CONTACT) for spellings in fields.values() for text in spellings]
LISTS = [
    "/customers/",
    "/contacts/",
    "/customers/count",
    "/customers/?q=海",
    "/customers/pick?q=海",
    "/contacts/pick?q=陈",
]
LISTS += ["/palette?q=海", "/search?q=海", "/contacts/book/", "/contacts/birthdays/", "/customers/grid", "/today/"]
LISTS += ["/customers/columns", "/customers/filter", "/api/v1/customers/", "/api/v1/contacts/", "/follow-ups/"]
PARTS = ["", "edit", "log", "panel/log", "panel/contacts", "panel/family", "panel/chart", "panel/team", "card", "share"]
PARTS += ["panel/timeline", "vcard"]


@pytest.fixture
def eve(staff: Staff) -> User:
    """Sees everybody's customers, but some fields not at all and some only behind a mask, which she may not lift."""
    actions = dict.fromkeys(("view", "create", "edit", "export", "import", "bulk", "share", "delete", "restore"), "all")
    role = entity_of(Role).create(
        by=SETUP,
        name="看得少",
        rights={"customers.*": actions, "work.*": actions},
        field_rights={
            "customers.customer": {**dict.fromkeys((*HIDDEN, "debt"), "hidden"), **dict.fromkeys(MASKED, "masked")},
            "customers.contact": {"mobile": "masked", "wechat": "hidden"},
        },
        grants=[],
    )
    user = make_user(username="eve", name="叶薇", department=staff.south)
    entity_of(User).change(user, by=SETUP, roles=[role])
    versioned.forget()
    return User.objects.get(pk=user.pk)


@pytest.fixture
def customer(staff: Staff) -> Customer:
    made = entity_of(Customer).create(
        by=staff.boss,
        name="海客科技有限公司",
        opening_debt=1,
        remark="旧备注",
        mobile="13912345678",
        email="geheim.chen@example.com",
    )
    entity_of(Contact).create(by=staff.boss, customer=made, name="陈女士", mobile="13698765432", wechat="wx_geheim_88")
    entity_of(Customer).change(
        Customer.objects.get(pk=made.pk), by=staff.boss, opening_debt=987654, remark="不可外传的备注"
    )
    return Customer.objects.get(pk=made.pk)


@pytest.fixture
def client_of_eve(eve: User) -> Client:
    client = Client()
    client.force_login(eve)
    return client


def leaks(answer: Any) -> list[str]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = content.decode(errors="replace")
    return [secret for secret in SECRETS if secret in text]


def pages(customer: Customer) -> Iterator[str]:
    yield from LISTS
    for record in (customer, customer.contacts.get()):
        base = entity_of(record).url_of(record)
        yield from (f"{base}{part}" for part in PARTS)
        yield from (f"{base}field/{name}" for name in ("opening_debt", "remark", "mobile", "email", "wechat"))
        yield f"/api/v1{base.rstrip('/')}"
    yield f"/contacts/vcards?ids={customer.contacts.get().pk}"


def test_no_page_shows_them(customer: Customer, eve: User, client_of_eve: Client) -> None:
    shown = entity_of(Customer).looks
    columns = [name for name in shown if name not in ("name",)]
    client_of_eve.post("/customers/columns", {"column": columns})
    for path in pages(customer):
        answer = client_of_eve.get(path)
        assert answer.status_code < 500, path
        assert not leaks(answer), path
        assert not leaks(client_of_eve.get(path, headers={"HX-Request": "true"})), path


def test_the_boss_sees_them(customer: Customer, browse: Callable[[User], Client], staff: Staff) -> None:
    page = browse(staff.boss).get(f"/customers/{customer.pk}/").content.decode()
    assert "987,654" in page
    assert "不可外传的备注" in page


def test_a_mask_is_lifted_by_those_who_may_and_that_is_logged(
    customer: Customer, eve: User, client_of_eve: Client
) -> None:
    path = f"/customers/{customer.pk}/reveal/mobile"
    assert client_of_eve.post(path).status_code == 422
    assert client_of_eve.post(f"/customers/{customer.pk}/reveal/debt").status_code in (404, 422)
    assert not Change.objects.filter(action="reveal").exists()
    role = eve.roles.get()
    entity_of(Role).change(role, by=SETUP, grants=["reveal"])
    versioned.forget()
    assert "139 1234 5678" in client_of_eve.post(path).content.decode()
    assert client_of_eve.post(f"/customers/{customer.pk}/reveal/debt").status_code == 404
    assert client_of_eve.get(path).status_code == 404
    [entry] = Change.objects.filter(action="reveal")
    assert (entry.by_id, entry.record_id, list(entry.diff)) == (eve.pk, customer.pk, ["mobile"])


@pytest.mark.parametrize("name", [*HIDDEN, *MASKED])
def test_neither_filter_nor_sort_tells(name: str, customer: Customer, client_of_eve: Client, staff: Staff) -> None:
    entity_of(Customer).create(by=staff.boss, name="空白有限公司")
    op, value = ("more", "100") if name == "opening_debt" else ("contains", "1")
    text = quote(json.dumps({"all": [{"field": name, "op": op, "value": value}]}))
    page = client_of_eve.get(f"/customers/?f={text}").content.decode()
    assert "海客科技有限公司" in page
    assert "空白有限公司" in page
    assert client_of_eve.get(f"/api/v1/customers/?f={text}").status_code == 422
    answers = [client_of_eve.get(f"/api/v1/customers/?sort={sort}").json() for sort in (name, f"-{name}", "")]
    orders = [[item["id"] for item in answer["items"]] for answer in answers]
    assert orders[0] == orders[1] == orders[2]


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_no_export_holds_them(format_: str, customer: Customer, client_of_eve: Client, tmp_path: Any) -> None:
    asked = {
        "write": "1",
        "what": "all",
        "format": format_,
        "companions": "1",
        "column": list(entity_of(Customer).looks),
    }
    answer = client_of_eve.post("/customers/export", asked)
    assert answer.status_code == 200
    path = tmp_path / f"export.{format_}"
    path.write_bytes(answer.content)
    book = open_sheet(path, filename=path.name)
    text = "\n".join(str(cell) for sheet in book.sheets for row in book.rows(sheet) for cell in row)
    assert "海客科技有限公司" in text
    assert not [secret for secret in SECRETS if secret in text]
    heads = [str(cell) for cell in next(iter(book.rows(book.sheets[0])))]
    labels = [str(entity_of(Customer).looks[name].label) for name in (*HIDDEN, *MASKED)]
    assert not set(labels) & set(heads)


def test_the_api_neither_reads_nor_writes_them(customer: Customer, client_of_eve: Client) -> None:
    record = client_of_eve.get(f"/api/v1/customers/{customer.pk}").json()
    assert not set(record) & {*HIDDEN, *MASKED}
    for name in (*HIDDEN, *MASKED):
        value = 5 if name == "opening_debt" else "13800138000" if name == "mobile" else "a@example.com"
        body = json.dumps({name: value})
        answer = client_of_eve.patch(f"/api/v1/customers/{customer.pk}", body, content_type="application/json")
        assert answer.status_code == 422, name
        made = client_of_eve.post(
            "/api/v1/customers/", json.dumps({"name": "新", name: value}), content_type="application/json"
        )
        assert made.status_code == 422, name
    customer.refresh_from_db()
    assert (customer.debt, customer.mobile, customer.version) == (987654, "13912345678", 2)
    assert Customer.objects.count() == 1


def test_forms_do_not_write_them(customer: Customer, client_of_eve: Client) -> None:
    fields = {"version": "2", "name": "改名有限公司", "form": "business", "kind": "potential", "stage": "prospect"}
    sent = {**fields, "opening_debt": "1", "remark": "", "mobile": "13800138000", "email": ""}
    assert client_of_eve.post(f"/customers/{customer.pk}/edit", sent).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.debt, customer.mobile) == ("改名有限公司", 987654, "13912345678")
    assert customer.remark == "不可外传的备注"
    assert client_of_eve.post(f"/customers/{customer.pk}/field/opening_debt", {"opening_debt": "1"}).status_code == 422


def test_an_import_does_not_fill_them(customer: Customer, eve: User, client_of_eve: Client) -> None:
    assert not set(targets(entity_of(Customer), eve)) & {*HIDDEN, *MASKED}
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["公司名称", "欠款"])
        page.write_row(1, 0, ["海客科技有限公司", 5])
    upload = SimpleUploadedFile("a.xlsx", stream.getvalue())
    assert client_of_eve.post("/customers/import/", {"file": upload}).status_code == 302
    run = ImportRun.objects.get()
    sent = {"assigned": "1", "start": "1", "rule": "update", "column-0": "name", "column-1": "opening_debt"}
    assert client_of_eve.post(f"/imports/{run.pk}/", sent).status_code == 302
    run.refresh_from_db()
    assert list(run.columns.values()) == ["name"]


SEARCHES = ["/api/v1/customers/?q={}", "/customers/?q={}", "/customers/pick?q={}", "/palette?q={}", "/search?q={}"]


@pytest.mark.feature("P27")
@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize("words", ["不可外传", "1391", "2345 6", "geheim", "1369876", "海客 5678"])
def test_pieces_of_secret_fields_find_nothing(
    path: str, words: str, customer: Customer, client_of_eve: Client, browse: Callable[[User], Client], staff: Staff
) -> None:
    name = json.dumps(customer.name)[1:-1]
    for client, found in ((client_of_eve, False), (browse(staff.boss), words != "不可外传")):
        text = client.get(path.format(quote(words))).content.decode()
        assert (customer.name in text or name in text or "陈女士" in text) == found


@pytest.mark.parametrize("words", ["13912345678", "geheim.chen@example.com", "13698765432", "海客 13912345678", "hkkj"])
def test_who_knows_the_whole_number_finds_its_owner(words: str, customer: Customer, client_of_eve: Client) -> None:
    answer = client_of_eve.get(f"/api/v1/customers/?q={quote(words)}").json()
    assert [each["id"] for each in answer["items"]] == [customer.pk]


@pytest.mark.parametrize(
    ("model", "changes", "words"),
    [
        (Customer, {"short_name": "13912345678"}, "1391"),
        (Contact, {"name": "何海母", "wechat": "hehaimu"}, "ehaim"),
    ],
)
def test_a_piece_that_an_open_field_has_too_is_found(
    model: Any, changes: dict[str, str], words: str, customer: Customer, eve: User, staff: Staff
) -> None:
    """As it is written or by its pinyin: the index keeps the same text once, whichever fields it comes from."""
    entity, record = entity_of(model), model.objects.get()
    assert Selection(entity, eve, words=words, sort="name").find.page(10).ids == []
    entity.change(record, by=staff.boss, **changes)
    assert Selection(entity, eve, words=words, sort="name").find.page(10).ids == [record.pk]


@given(st.text("0123456789", min_size=1, max_size=11))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_digits_tell_nothing_of_a_masked_number(customer: Customer, eve: User, digits: str) -> None:
    entity = entity_of(Customer)
    found = Selection(entity, eve, words=digits, sort="name").find.page(10).ids
    whole = digits in ("13912345678", "13698765432")
    assert found == ([customer.pk] if whole or digits in customer.number else [])
