"""Files go out: to those who see the record, by signed links that expire, never run by the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.customer.record import Customer
from haike.files.attachment.record import Attachment
from haike.files.blob import Blob
from haike.files.links import link, read_link
from haike.files.tests import evil
from haike.files.tests.conftest import Send
from haike.find.share import Share
from haike.kernel import change, versioned
from haike.kernel.entity import entities, entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from tests.samples import make

Browse = Callable[..., Client]
Attached = Callable[..., Attachment]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P24")]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_download_is_signed_and_never_run(staff: Staff, attached: Attached, browse: Browse) -> None:
    made = attached("图.svg", evil.SVG)
    client = browse(staff.ann)
    first = client.get(f"/attachments/{made.pk}/download")
    assert first.status_code == 302
    answer = client.get(first["Location"])
    assert body(answer) == evil.SVG
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%9B%BE.svg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    page = client.get(f"/attachments/{made.pk}/").content.decode()
    assert "<svg xmlns" not in page
    assert "&lt;svg" in page


def test_only_pdf_is_shown_by_the_browser_itself(staff: Staff, attached: Attached, browse: Browse) -> None:
    client = browse(staff.ann)
    pdf, html = attached("a.pdf", evil.PDF), attached("a.html", evil.HTML)
    shown = client.get(link(pdf.pk, "pdf"))
    assert shown["Content-Type"] == "application/pdf"
    assert shown["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    asked = client.get(link(html.pk, "pdf"))
    assert asked["Content-Type"] == "application/octet-stream"
    assert asked["Content-Disposition"].startswith("attachment")


def test_a_link_changed_by_one_letter_is_not_there(staff: Staff, attached: Attached, browse: Browse) -> None:
    url, client = link(attached("a.pdf", evil.PDF).pk), browse(staff.ann)
    assert client.get(url).status_code == 200
    token = url.rsplit("/", 1)[1]
    for place, letter in enumerate(token):
        changed = f"{token[:place]}{'1' if letter != '1' else '2'}{token[place + 1 :]}"
        assert client.get(f"/attachments/content/{changed}").status_code == 404, changed
    for other in (token[:-1], f"{token}0", token.upper(), "", "..", "1.file.9.", token.replace("file", "1600")):
        assert client.get(f"/attachments/content/{other}").status_code == 404, other


def test_a_link_expires_and_still_asks_for_rights(staff: Staff, attached: Attached, browse: Browse) -> None:
    url = link(attached("a.pdf", evil.PDF).pk)
    assert browse(staff.ben).get(url).status_code == 200
    assert browse(staff.cat).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    later = timezone.now() + timezone.timedelta(hours=3)
    with time_machine.travel(later, tick=False):
        token = url.rsplit("/", 1)[1]
        read = read_link(token)
        assert read is not None
        assert read[2] is False
        answer = browse(staff.ann).get(url)
        assert answer.status_code == 410
        assert "过期" in answer.content.decode()


WAYS = ["", "download", "rename"]
POSTS = ["delete", "rename", "restore", "purge"]


def test_what_is_not_yours_looks_like_not_there(staff: Staff, attached: Attached, browse: Browse) -> None:
    made, cat = attached("秘密合同.pdf", evil.PDF), browse(staff.cat)
    for way in WAYS:
        assert cat.get(f"/attachments/{made.pk}/{way}").status_code == 404, way
    for way in POSTS:
        assert cat.post(f"/attachments/{made.pk}/{way}", {"title": "x"}).status_code == 404, way
    assert cat.get(f"/customers/{made.record_id}/panel/attachments").status_code == 404
    for form in ("file", "pdf", "96", "1600"):
        assert cat.get(link(made.pk, form)).status_code == 404
    assert "秘密合同" not in cat.get("/attachments/").content.decode()
    assert "秘密合同" not in cat.get("/attachments/?q=秘密").content.decode().replace('value="秘密"', "")
    assert "0 个" in cat.get("/attachments/space").content.decode()
    made.refresh_from_db()
    assert (made.deleted_at, made.name) == (None, "秘密合同.pdf")


def test_who_may_only_read_changes_nothing(
    staff: Staff, customer: Customer, attached: Attached, send: Send, browse: Browse
) -> None:
    made = attached("a.pdf", evil.PDF)
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user_id=staff.cat.pk, can_write=False)
    versioned.forget()
    cat = browse(staff.cat)
    assert cat.get(link(made.pk)).status_code == 200
    panel = cat.get(f"/customers/{customer.pk}/panel/attachments").content.decode()
    assert "a.pdf" in panel
    assert "data-attach-queue" not in panel
    assert send(cat, customer, "b.pdf", evil.PDF).status_code == 422
    assert cat.post(f"/attachments/{made.pk}/delete").status_code == 422
    assert cat.post(f"/attachments/{made.pk}/rename", {"title": "b.pdf"}).status_code == 422
    assert cat.get(f"/customers/{customer.pk}/attachments/link").status_code == 422
    assert list(Attachment.objects.values_list("name", "deleted_at")) == [("a.pdf", None)]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    owner=st.sampled_from(["ann", "ben", "cat", "boss", ""]),
    share=st.sampled_from(["", "ann", "cat"]),
    binned=st.booleans(),
    looker=st.sampled_from(["ann", "ben", "cat", "boss"]),
)
def test_an_attachment_is_seen_exactly_when_its_record_is(
    owner: str, share: str, binned: bool, looker: str, staff: Staff, browse: Browse
) -> None:
    record = entity_of(Customer).create(by=staff.boss, name="某公司", owner=getattr(staff, owner) if owner else None)
    if share:
        user = getattr(staff, share)
        Share.objects.create(entity="customers.customer", record_id=record.pk, user_id=user.pk, can_write=False)
    blob = Blob.objects.get_or_create(
        digest="0" * 64, defaults={"path": "none", "size": 1, "mime": "text/plain", "family": "text"}
    )[0]
    made = Attachment.objects.create(
        entity="customers.customer", record_id=record.pk, blob=blob, name="某文件.txt", size=1, family="text"
    )
    if binned:
        change.remove(record, by=staff.boss)
    client = browse(getattr(staff, looker))
    sees = Customer.objects.visible_to(getattr(staff, looker)).filter(pk=record.pk).exists()
    assert (client.get(f"/attachments/{made.pk}/download").status_code == 302) is sees
    assert (f"/attachments/{made.pk}/" in client.get("/attachments/").content.decode()) is sees


@pytest.mark.parametrize("entity", [e for e in entities() if e.creatable], ids=lambda entity: entity.label)
def test_every_entity_has_attachments(entity: Any, staff: Staff, send: Send, browse: Browse) -> None:
    record, client = make(entity, by=staff.boss), browse(staff.boss)
    assert send(client, record, "a.pdf", evil.PDF).status_code == 201
    page = client.get(f"{entity.url_of(record)}?tab=attachments").content.decode()
    assert "a.pdf" in page
    if "list" not in entity.views:
        assert 'class="clip"' in client.get(entity.url).content.decode()
    assert "a.pdf" in client.get(f"/attachments/?entity={entity.label}").content.decode()


def test_delete_restore_and_purge(staff: Staff, customer: Customer, attached: Attached, browse: Browse) -> None:
    made, ann = attached("a.pdf", evil.PDF), browse(staff.ann)
    url = f"/attachments/{made.pk}"
    assert ann.post(f"{url}/delete").status_code == 302
    made.refresh_from_db()
    assert made.deleted_by == staff.ann
    assert ann.get(f"{url}/download").status_code == 404
    assert ann.get(link(made.pk)).status_code == 404
    panel = ann.get(f"/customers/{customer.pk}/panel/attachments").content.decode()
    assert f"{url}/restore" in panel
    assert f"{url}/purge" not in panel
    assert ann.post(f"{url}/purge").status_code == 422
    assert ann.post(f"{url}/restore").status_code == 302
    assert ann.get(f"{url}/download").status_code == 302
    ann.post(f"{url}/delete")
    assert browse(staff.boss).post(f"{url}/purge").status_code == 302
    assert not Attachment.objects.exists()
    rows = Change.objects.filter(record_id=customer.pk, entity="customers.customer").order_by("id")
    assert [row.action for row in rows] == ["create", "attach", "detach", "reattach", "detach", "purge"]


def test_a_record_takes_its_attachments_along(
    staff: Staff, customer: Customer, attached: Attached, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    made, ann = attached("a.pdf", evil.PDF), browse(staff.ann)
    change.remove(customer, by=staff.ann)
    assert ann.get(f"/attachments/{made.pk}/download").status_code == 404
    change.restore(customer, by=staff.boss)
    assert ann.get(f"/attachments/{made.pk}/download").status_code == 302
    change.remove(customer, by=staff.ann)
    with django_capture_on_commit_callbacks(execute=True):
        change.purge(customer, by=staff.boss)
    assert not Attachment.objects.exists()


def test_rename_keeps_to_the_rules(staff: Staff, attached: Attached, browse: Browse) -> None:
    made, ann = attached("a.pdf", evil.PDF), browse(staff.ann)
    assert ann.post(f"/attachments/{made.pk}/rename", {"title": "a.exe"}).status_code == 422
    assert ann.post(f"/attachments/{made.pk}/rename", {"title": "../合同终稿.pdf"}).status_code == 302
    made.refresh_from_db()
    assert made.name == "合同终稿.pdf"


def test_all_attachments_are_searched_filtered_and_ordered(staff: Staff, attached: Attached, browse: Browse) -> None:
    attached("小.png", evil.picture())
    attached("大.png", evil.picture("PNG", (900, 900)) + b"\0" * 5000)
    attached("合同.pdf", evil.PDF)
    ann = browse(staff.ann)

    def names(**query: str) -> list[str]:
        return [item.attachment.name for item in ann.get("/attachments/", query).context["items"]]

    assert names() == ["合同.pdf", "大.png", "小.png"]
    assert names(q="合同") == ["合同.pdf"]
    assert names(family="picture", sort="size") == ["大.png", "小.png"]
    assert names(by=str(staff.ben.pk)) == []
    assert names(entity="customers.customer", by=str(staff.ann.pk), sort="name") != []
    assert names(entity="nonsense") == []
    for hostile in ("page=99999999", "by=x", "sort=--", "q=%00%27%25", "page=-1"):
        assert ann.get(f"/attachments/?{hostile}").status_code == 200
    assert "3 个" in ann.get("/attachments/space").content.decode()
    assert "公司已用" not in ann.get("/attachments/space").content.decode()
    assert "公司已用" in browse(staff.boss).get("/attachments/space").content.decode()
