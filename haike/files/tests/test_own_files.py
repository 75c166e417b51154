"""Own fields that hold a file or a picture, on every surface."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from haike.api.token import make_token
from haike.bulk.undo import undo_batch
from haike.customers.models import Customer
from haike.exchange.tests.test_export import rows_of
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.fields.own_field.actions import delete_field, restore_field
from haike.fields.own_field.record import OwnField
from haike.fields.tests.owned import add
from haike.files.blob import Blob
from haike.files.jobs import sweep
from haike.files.models import Upload
from haike.files.tests import evil
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19", "P24")]


@pytest.fixture
def paper(staff: Staff, browse: Browse) -> OwnField:
    """A field for a file."""
    return add(browse(staff.boss), "file", label="营业执照", label_en="Licence")


@pytest.fixture
def shot(staff: Staff, browse: Browse) -> OwnField:
    """A field for a picture."""
    return add(browse(staff.boss), "image", label="门头照片", label_en="Shop front")


def pdf(name: str = "执照.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, evil.PDF, content_type="application/pdf")


def png(name: str = "门头.png", colour: str = "red") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, evil.picture(colour=colour), content_type="image/png")


@pytest.fixture
def filled(staff: Staff, browse: Browse, paper: OwnField, shot: OwnField) -> Customer:
    """Ann's customer with both."""
    data = {"name": "甲有限公司", paper.key: pdf(), shot.key: png()}
    answer = browse(staff.ann).post("/customers/new", data)
    assert answer.status_code == 302, answer.content.decode()
    return Customer.objects.get(name="甲有限公司")


def body_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer.streaming_content)


def test_the_form_takes_them_page_and_list_show_them(
    staff: Staff, browse: Browse, paper: OwnField, shot: OwnField, filled: Customer
) -> None:
    ann, base = browse(staff.ann), f"/customers/{filled.pk}/"
    page = ann.get(base).content.decode()
    assert "执照.pdf" in page
    assert f"{base}file/{shot.key}/content/96" in page
    ann.post("/customers/columns", {"column": ["name", paper.key, shot.key]})
    listed = ann.get("/customers/").content.decode()
    assert f'href="{base}file/{paper.key}/"' in listed
    assert f"{base}file/{shot.key}/content/96" in listed
    preview = ann.get(f"{base}file/{paper.key}/").content.decode()
    assert f"{base}file/{paper.key}/content/pdf" in preview
    assert body_of(ann.get(f"{base}file/{paper.key}/download")) == evil.PDF
    assert body_of(ann.get(f"{base}file/{shot.key}/content/96"))[:3] == b"\xff\xd8\xff"
    answer = ann.get(f"{base}file/{paper.key}/download")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert ann.get(f"{base}file/{paper.key}/content/5000").status_code == 404
    assert ann.get(f"{base}file/name/").status_code == 404
    assert ann.get(f"{base}file/own_nothing/").status_code == 404


def test_replaced_kept_and_taken_out_with_log(
    staff: Staff, browse: Browse, paper: OwnField, shot: OwnField, filled: Customer
) -> None:
    ann, base = browse(staff.ann), f"/customers/{filled.pk}/"
    kept = dict(filled.custom)
    assert ann.post(f"{base}edit", {"name": "甲集团有限公司", "version": "1"}).status_code == 302
    filled.refresh_from_db()
    assert filled.custom == kept
    # What the form sends back of a file that is there changes nothing either.
    raw = entity_of(Customer).looks[paper.key].raw(entity_of(Customer).looks[paper.key].get(filled))
    assert ann.post(f"{base}edit", {"remark": "一", paper.key: raw, "version": "2"}).status_code == 302
    assert ann.post(f"{base}edit", {paper.key: pdf("新执照.pdf"), "version": "3"}).status_code == 302
    filled.refresh_from_db()
    assert filled.custom[paper.key]["name"] == "新执照.pdf"
    diff = Change.objects.filter(entity="customers.customer", record_id=filled.pk).latest("id").diff
    assert [each["name"] for each in diff[paper.key]] == ["执照.pdf", "新执照.pdf"]
    log = ann.get(f"{base}log").content.decode()
    assert "新执照.pdf" in log
    assert ann.post(f"{base}field/{shot.key}", {f"{shot.key}-clear": "1", "version": "4"}).status_code == 200
    filled.refresh_from_db()
    assert shot.key not in filled.custom
    assert ann.get(f"{base}file/{shot.key}/content/96").status_code == 404


def test_a_form_that_comes_back_still_has_the_file(staff: Staff, browse: Browse, paper: OwnField) -> None:
    ann = browse(staff.ann)
    answer = ann.post("/customers/new", {"name": "", paper.key: pdf()})
    assert answer.status_code == 422
    assert "执照.pdf" in answer.content.decode()
    waiting = Upload.objects.get()
    raw = json.dumps([waiting.pk, "执照.pdf", "pdf", ""], ensure_ascii=False)
    assert ann.post("/customers/new", {"name": "乙有限公司", paper.key: raw}).status_code == 302
    made = Customer.objects.get(name="乙有限公司")
    assert made.custom[paper.key]["id"] == waiting.pk
    waiting.refresh_from_db()
    assert waiting.record_id == made.pk


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("paper", SimpleUploadedFile("a.pdf", evil.EXE)),
        ("paper", SimpleUploadedFile("a.exe", evil.EXE)),
        ("paper", SimpleUploadedFile("leer.txt", b"")),
        ("shot", SimpleUploadedFile("a.png", evil.SVG)),
        ("shot", SimpleUploadedFile("a.pdf", evil.PDF)),
        ("shot", SimpleUploadedFile("a.svg", evil.SVG)),
    ],
)
def test_what_is_no_such_file_is_said_beside_the_field(
    staff: Staff, browse: Browse, paper: OwnField, shot: OwnField, kind: str, file: SimpleUploadedFile
) -> None:
    key = {"paper": paper, "shot": shot}[kind].key
    file.seek(0)
    answer = browse(staff.ann).post("/customers/new", {"name": "丙有限公司", key: file})
    assert answer.status_code == 422
    assert f'id="error-{key}"' in answer.content.decode()
    assert not Customer.objects.exists()


def test_too_large_is_refused(staff: Staff, browse: Browse, paper: OwnField, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haike.files.rules.largest", lambda: 100)
    answer = browse(staff.ann).post("/customers/new", {"name": "丁有限公司", paper.key: pdf()})
    assert answer.status_code == 422
    assert f'id="error-{paper.key}"' in answer.content.decode()
    assert not Blob.objects.exists()


def test_only_who_sees_record_and_field_reads_it(
    staff: Staff, browse: Browse, paper: OwnField, shot: OwnField, filled: Customer
) -> None:
    base = f"/customers/{filled.pk}/file/{paper.key}/"
    paths = [base, f"{base}download", f"{base}content/file", f"/api/v1/customers/{filled.pk}/files/{paper.key}"]
    for path in paths:
        assert browse(staff.ben).get(path).status_code == 200, path
        assert browse(staff.cat).get(path).status_code == 404, path
    for right in ("hidden", "masked"):
        for role in staff.ann.roles.all():
            entity_of(Role).change(role, by=SETUP, field_rights={"customers.customer": {paper.key: right}})
        for path in paths:
            assert browse(staff.ann).get(path).status_code == 404, (right, path)
        page = browse(staff.ann).get(f"/customers/{filled.pk}/").content.decode()
        assert "执照.pdf" not in page
        assert "执照.pdf" not in browse(staff.ann).get(f"/customers/{filled.pk}/log").content.decode()
    assert browse(staff.ann).get(f"/customers/{filled.pk}/file/{shot.key}/").status_code == 200


def test_nobody_puts_a_file_of_others_into_his_record(
    staff: Staff, browse: Browse, paper: OwnField, filled: Customer
) -> None:
    """The id of a file is no key to it."""
    mine = entity_of(Customer).create(by=staff.cat, name="他人有限公司")
    held, cat = filled.custom[paper.key], browse(staff.cat)
    for raw in (json.dumps([held["id"], "x.pdf", "pdf", ""]), "17", "[true]", "[]", "{", "[1e9]"):
        answer = cat.post(f"/customers/{mine.pk}/edit", {paper.key: raw, "version": "1"})
        assert answer.status_code == 422, raw
    for wrong in (held["id"], held, True, "a", -1, 2**70, [held["id"]], {"id": None}):
        answer = cat.patch(f"/api/v1/customers/{mine.pk}", {paper.key: wrong}, content_type="application/json")
        assert answer.status_code == 422, wrong
        assert list(answer.json()["fields"]) == [paper.key]
    mine.refresh_from_db()
    assert mine.custom == {}
    # Ben sees Ann's record and may copy what he sees; the picture's field does not take it.
    own = entity_of(Customer).create(by=staff.ben, name="经理有限公司")
    done = browse(staff.ben).patch(f"/api/v1/customers/{own.pk}", {paper.key: held}, content_type="application/json")
    assert done.status_code == 200, done.content


def test_the_api_uploads_sets_reads_and_clears(staff: Staff, paper: OwnField, shot: OwnField) -> None:
    __, key = make_token(name="测试", days=1, read_only=False, by=staff.ann)
    ann = Client(headers={"Authorization": f"Bearer {key}"})
    url = f"/api/v1/customers/files/{paper.key}?name=%E6%89%A7%E7%85%A7.pdf"
    made = ann.post(url, evil.PDF, content_type="application/pdf")
    assert made.status_code == 201, made.content
    body = {"name": "甲有限公司", paper.key: made.json()["id"]}
    record = ann.post("/api/v1/customers/", body, content_type="application/json")
    assert record.status_code == 201, record.content
    assert record.json()[paper.key] == made.json() == {
        "id": made.json()["id"], "name": "执照.pdf", "kind": "pdf", "size": len(evil.PDF),
    }  # fmt: skip
    path = f"/api/v1/customers/{record.json()['id']}"
    assert body_of(ann.get(f"{path}/files/{paper.key}")) == evil.PDF
    same = ann.patch(path, {paper.key: record.json()[paper.key], "remark": "一"}, content_type="application/json")
    assert same.status_code == 200
    assert ann.patch(path, {shot.key: made.json()["id"]}, content_type="application/json").status_code == 422
    bad = ann.post(f"/api/v1/customers/files/{shot.key}?name=a.pdf", evil.PDF, content_type="application/pdf")
    assert bad.status_code == 422
    assert ann.post("/api/v1/customers/files/name?name=a.pdf", evil.PDF, content_type="x/y").status_code == 404
    cleared = ann.patch(path, {paper.key: None}, content_type="application/json")
    assert cleared.json()[paper.key] is None
    assert ann.get(f"{path}/files/{paper.key}").status_code == 404
    __, read = make_token(name="只读", days=1, read_only=True, by=staff.ann)
    reader = Client(headers={"Authorization": f"Bearer {read}"})
    assert reader.post(url, evil.PDF, content_type="application/pdf").status_code == 422


def found(client: Client, own: OwnField, op: str, value: str = "") -> list[str]:
    text = json.dumps({"all": [{"field": own.key, "op": op, "value": value}]})
    answer = client.get("/api/v1/customers/", {"f": text, "sort": own.key})
    assert answer.status_code == 200, answer.content
    return [each["name"] for each in answer.json()["items"]]


def test_filters_by_filled_empty_and_name(staff: Staff, browse: Browse, paper: OwnField, filled: Customer) -> None:
    entity_of(Customer).create(by=staff.ann, name="乙有限公司")
    ann = browse(staff.ann)
    assert found(ann, paper, "filled") == ["甲有限公司"]
    assert found(ann, paper, "empty") == ["乙有限公司"]
    assert found(ann, paper, "contains", "执照") == ["甲有限公司"]
    assert found(ann, paper, "lacks", "执照") == ["乙有限公司"]


def test_an_export_names_them_and_an_import_leaves_them(
    staff: Staff, browse: Browse, paper: OwnField, shot: OwnField, filled: Customer, tmp_path: Path
) -> None:
    boss = browse(staff.boss)
    columns = ["name", paper.key, shot.key]
    out = boss.post("/customers/export", {"write": "1", "what": "ids", "ids": str(filled.pk), "column": columns})
    head, row = rows_of(out.content, tmp_path)
    assert (head, row) == (["客户名称", "营业执照", "门头照片"], ["甲有限公司", "执照.pdf", "门头.png"])
    place = upload(boss, sheet([["乙有限公司", *row[1:]]], head=head))
    page = boss.get(f"/imports/{place.pk}/").content.decode()
    assert f'value="{paper.key}"' not in page
    assert "文件不能通过表格导入" in page
    run = bring_in(boss, place)
    assert (run.created, run.faulty) == (1, 0)
    assert Customer.objects.get(name="乙有限公司").custom == {}
    bulk = boss.post("/customers/bulk/edit", {"ids": str(filled.pk)}).content.decode()
    assert paper.key not in bulk


def test_undo_bin_and_a_deleted_field_bring_them_back(
    staff: Staff, browse: Browse, paper: OwnField, shot: OwnField, filled: Customer
) -> None:
    entity, ann = entity_of(Customer), browse(staff.ann)
    before = dict(filled.custom)
    batch = Batch.objects.create(kind="edit", entity=entity.label, title="批量", at=timezone.now(), by=staff.ann)
    entity.change(filled, by=staff.ann, batch=batch, **{paper.key: None, shot.key: None})
    filled.refresh_from_db()
    assert filled.custom == {}
    undo_batch(entity, batch, by=staff.ann)
    filled.refresh_from_db()
    assert filled.custom == before
    path = f"/customers/{filled.pk}/file/{paper.key}/download"
    assert body_of(ann.get(path)) == evil.PDF
    entity.remove(filled, by=staff.ann)
    assert ann.get(path).status_code == 404
    entity.restore(filled, by=staff.ann)
    assert body_of(ann.get(path)) == evil.PDF
    delete_field(paper, by=staff.boss)
    assert ann.get(path).status_code == 404
    restore_field(paper, by=staff.boss)
    assert body_of(ann.get(path)) == evil.PDF


def test_the_night_sweeps_out_what_no_record_holds(
    staff: Staff, browse: Browse, paper: OwnField, shot: OwnField, filled: Customer
) -> None:
    entity, old = entity_of(Customer), timezone.now() - timedelta(days=3)
    browse(staff.ann).post("/customers/new", {"name": "", paper.key: pdf("没保存.pdf")})
    first, picture = filled.custom[paper.key]["id"], filled.custom[shot.key]["id"]
    # A second record that got the value by a merge or a copy holds it too.
    twin = entity.create(by=staff.ann, name="副本有限公司", **{shot.key: entity.looks[shot.key].get(filled)})
    Upload.objects.update(at=old)
    entity.change(filled, by=staff.ann, **{paper.key: None, shot.key: None})
    assert sweep.func()["uploads"] == 1
    assert set(Upload.objects.values_list("pk", flat=True)) == {first, picture}
    assert Upload.objects.get(pk=first).unheld_at is not None
    assert Upload.objects.get(pk=picture).unheld_at is None
    again = entity.looks[paper.key].from_json(first, staff.ann)
    entity.change(entity.model.objects.get(pk=filled.pk), by=staff.ann, **{paper.key: again})
    sweep.func()
    assert Upload.objects.get(pk=first).unheld_at is None
    entity.change(entity.model.objects.get(pk=filled.pk), by=staff.ann, **{paper.key: None})
    sweep.func()
    Upload.objects.filter(pk=first).update(unheld_at=timezone.now() - timedelta(days=31))
    assert sweep.func()["uploads"] == 1
    assert list(Upload.objects.values_list("pk", flat=True)) == [picture]
    assert body_of(browse(staff.ann).get(f"/customers/{twin.pk}/file/{shot.key}/download"))


def test_required_asks_for_it(staff: Staff, browse: Browse) -> None:
    own = add(browse(staff.boss), "file", label="合同扫描件", required="1")
    ann = browse(staff.ann)
    answer = ann.post("/customers/new", {"name": "甲有限公司"})
    assert answer.status_code == 422
    assert f'id="error-{own.key}"' in answer.content.decode()
    assert ann.post("/customers/new", {"name": "甲有限公司", own.key: pdf()}).status_code == 302
