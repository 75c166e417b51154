"""Files come in: by content, in pieces, once, or not at all."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from haike.customers.customer.record import Customer
from haike.files import rules
from haike.files.attachment.record import Attachment
from haike.files.blob import Blob, keep
from haike.files.incoming import place
from haike.files.names import clean_name
from haike.files.storage import WholeFiles
from haike.files.tests import evil
from haike.files.tests.conftest import Send
from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.refused import Refused

Browse = Callable[..., Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P24")]


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_is_attached_and_listed(
    staff: Staff, customer: Customer, send: Send, browse: Browse, media: Path
) -> None:
    client = browse(staff.ann)
    answer = send(client, customer, "合同 2026 🚚.pdf", evil.PDF)
    assert answer.status_code == 201
    assert answer.json()["count"] == 1
    made = Attachment.objects.get()
    assert (made.name, made.family, made.size, made.by) == ("合同 2026 🚚.pdf", "pdf", len(evil.PDF), staff.ann)
    assert [path.read_bytes() for path in stored(media)] == [evil.PDF]
    page = client.get(f"/customers/{customer.pk}/?tab=attachments").content.decode()
    assert "合同 2026 🚚.pdf" in page
    log = Change.objects.filter(entity="customers.customer", record_id=customer.pk).latest("id")
    assert (log.action, log.diff, log.by) == ("attach", {"attachment": [None, "合同 2026 🚚.pdf"]}, staff.ann)
    assert "附件" in client.get(f"/customers/{customer.pk}/log").content.decode()


def test_several_by_a_plain_form(staff: Staff, customer: Customer, browse: Browse) -> None:
    files = [SimpleUploadedFile("甲.png", evil.picture()), SimpleUploadedFile("乙.txt", "你好".encode("gbk"))]
    answer = browse(staff.ann).post(f"/customers/{customer.pk}/attachments", {"files": files, "complete": "1"})
    assert answer.status_code == 302
    assert set(Attachment.objects.values_list("name", flat=True)) == {"甲.png", "乙.txt"}


def test_a_form_needs_its_token_and_its_last_field(staff: Staff, customer: Customer) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff.ann)
    url = f"/customers/{customer.pk}/attachments"
    for content_type in ("application/octet-stream", "text/plain"):
        assert strict.post(f"{url}?name=a.pdf", evil.PDF, content_type=content_type).status_code == 403
    assert strict.post(url, {"files": [SimpleUploadedFile("a.pdf", evil.PDF)], "complete": "1"}).status_code == 403
    plain = Client()
    plain.force_login(staff.ann)
    plain.post(url, {"files": [SimpleUploadedFile("a.pdf", evil.PDF)]})
    assert not Attachment.objects.exists()


def test_the_same_content_is_stored_once(
    staff: Staff, customer: Customer, send: Send, browse: Browse, media: Path
) -> None:
    client = browse(staff.ann)
    first = send(client, customer, "a.pdf", evil.PDF).json()
    assert send(client, customer, "a.pdf", evil.PDF).json()["id"] == first["id"]
    assert send(client, customer, "b.pdf", evil.PDF).json()["id"] != first["id"]
    assert len(stored(media)) == 1
    assert Blob.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("报价.pdf", evil.EXE, "exe"),
        ("setup.exe", b"harmless text", "exe"),
        ("发票.pdf", evil.picture(), "png"),
        ("照片.jpg", evil.PDF, "PDF"),
        ("照片.png", evil.HTML, "html"),
        ("run.SH", b"#!/bin/sh\necho", "sh"),
        ("无.docx", evil.packed({"META-INF/MANIFEST.MF": b"x", "a.class": b"y"}), "jar"),
        ("空.txt", b"", "空"),
    ],
)
def test_evil_files_are_refused(
    name: str, content: bytes, said: str, staff: Staff, customer: Customer, send: Send, browse: Browse, media: Path
) -> None:
    answer = send(browse(staff.ann), customer, name, content)
    assert answer.status_code == 422
    assert said in answer.json()["message"]
    assert not Attachment.objects.exists()
    assert stored(media) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("IMG_1.jpg", evil.picture("WEBP")),
        ("erp.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("报价.xlsx", evil.workbook([["品名", 1]])),
        ("旧.wps", b"{\\rtf1\\ansi hello}"),
        ("图纸.dwg", b"AC1032" + b"\0" * 100),
        ("没有后缀", b"\0\1\2" * 100),
        ("a.tar.gz", b"\x1f\x8b\x08" + b"\0" * 30),
        ("语音.amr", b"#!AMR\n" + b"\0" * 30),
    ],
)
def test_honest_files_come_in(
    name: str, content: bytes, staff: Staff, customer: Customer, send: Send, browse: Browse
) -> None:
    answer = send(browse(staff.ann), customer, name, content)
    assert answer.status_code == 201, answer.content.decode()


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\报价.xlsx", "报价.xlsx"),
        ("a\0b\r\n.pdf", "ab.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("..", "未命名"),
        ("", "未命名"),
        ("😀" * 300 + ".png", "😀" * 251 + ".png"),
        ("字" * 255 + ".docx", "字" * 250 + ".docx"),
        ("עברית.pdf", "עברית.pdf"),
        ("\ud800.txt", "?.txt"),
    ],
)
def test_names_are_cleaned(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


def test_rules_are_settings(staff: Staff, customer: Customer, send: Send, browse: Browse) -> None:
    client = browse(staff.ann)
    choose(rules.ACCEPTED, "pdf .JPG，xlsx")
    assert send(client, customer, "a.pdf", evil.PDF).status_code == 201
    refused = send(client, customer, "a.png", evil.picture())
    assert refused.status_code == 422
    assert "jpg pdf xlsx" in refused.json()["message"]
    assert send(client, customer, "a", evil.picture()).status_code == 422
    choose(rules.MOST, 1)
    assert "1" in send(client, customer, "b.pdf", evil.PDF + b"%").json()["message"]


class Endless:
    """A body that never ends, and notes how much of it was read."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = 65536) -> bytes:
        self.given += size
        return b"x" * size

    readline = read


def test_what_is_too_large_is_refused_while_it_comes(
    staff: Staff, customer: Customer, browse: Browse, media: Path
) -> None:
    choose(rules.LARGEST, 2)
    body = Endless()
    url = f"/customers/{customer.pk}/attachments?name=a.bin"
    answer = browse(staff.ann).generic(
        "POST", url, content_type="application/octet-stream", **{"wsgi.input": body, "CONTENT_LENGTH": str(2_000_000)}
    )
    assert answer.status_code == 201
    body.given = 0
    answer = browse(staff.ann).generic(
        "POST", url, content_type="application/octet-stream", **{"wsgi.input": body, "CONTENT_LENGTH": str(500_000_000)}
    )
    assert answer.status_code == 422
    assert "2 MB" in answer.json()["message"]
    assert body.given == 0

    def pieces() -> Any:
        while True:
            yield body.read()

    body.given = 0
    with pytest.raises(Refused):
        keep(pieces(), "a.bin")
    assert body.given < 3_000_000
    form = {"files": [SimpleUploadedFile("a.bin", b"\0" * 3_000_000)], "complete": "1"}
    assert browse(staff.ann).post(f"/customers/{customer.pk}/attachments", form).status_code in (302, 422)
    assert Attachment.objects.count() == 1
    assert len(stored(media)) == 1


def test_uploads_leave_threads_to_the_pages(staff: Staff, customer: Customer, send: Send, browse: Browse) -> None:
    with place(), place():
        answer = send(browse(staff.ann), customer, "a.pdf", evil.PDF)
        assert answer.status_code == 503
        assert browse(staff.ann).get(f"/customers/{customer.pk}/").status_code == 200
    assert send(browse(staff.ann), customer, "a.pdf", evil.PDF).status_code == 201


def test_an_upload_that_breaks_off_leaves_nothing(
    staff: Staff, customer: Customer, browse: Browse, media: Path
) -> None:
    answer = browse(staff.ann).generic(
        "POST",
        f"/customers/{customer.pk}/attachments?name=a.pdf",
        content_type="application/octet-stream",
        **{"wsgi.input": io.BytesIO(evil.PDF[:50]), "CONTENT_LENGTH": str(len(evil.PDF))},
    )
    assert answer.status_code == 422
    assert not Blob.objects.exists()
    assert stored(media) == []


def test_a_full_disk_is_said_and_leaves_nothing(
    staff: Staff, customer: Customer, send: Send, browse: Browse, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("haike.files.storage.os.fsync", full)
    answer = send(browse(staff.ann), customer, "a.pdf", evil.PDF)
    assert answer.status_code == 422
    assert "磁盘" in answer.json()["message"]
    assert not Blob.objects.exists()
    assert stored(media) == []


def test_a_killed_process_leaves_no_half_file(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("haike.files.storage.os.fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        WholeFiles(location=media).save("files/ab/x", SimpleUploadedFile("x", b"content"))
    assert not (media / "files/ab/x").exists()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_at_once(
    staff: Staff, customer: Customer, send: Send, browse: Browse, media: Path
) -> None:
    def upload(_number: int) -> int:
        try:
            return int(send(browse(staff.ann), customer, "a.pdf", evil.PDF).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(upload, range(8))) <= {201, 503}
    assert Attachment.objects.count() == Blob.objects.count() == 1
    assert len(stored(media)) == 1


def test_lost_content_comes_back_with_the_next_upload(attached: Callable[..., Attachment], media: Path) -> None:
    attached("a.pdf", evil.PDF)
    stored(media)[0].unlink()
    attached("b.pdf", evil.PDF)
    assert [path.read_bytes() for path in stored(media)] == [evil.PDF]


def test_only_who_may_edit_uploads(staff: Staff, customer: Customer, send: Send, browse: Browse) -> None:
    assert send(browse(staff.cat), customer, "a.pdf", evil.PDF).status_code == 404
    assert send(Client(), customer, "a.pdf", evil.PDF).status_code == 302
    assert not Blob.objects.exists()


def test_links_are_checked(staff: Staff, customer: Customer, browse: Browse) -> None:
    client, url = browse(staff.ann), f"/customers/{customer.pk}/attachments/link"
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://",
        "https://a b",
        "",
        "//x",
        "x" * 3000,
    ):
        assert client.post(url, {"url": bad}).status_code == 422, bad
    assert not Attachment.objects.exists()
    assert client.post(url, {"url": "www.example.com/报价", "title": "官网报价"}).status_code == 302
    made = Attachment.objects.get()
    assert (made.url, made.name, made.family) == ("https://www.example.com/报价", "官网报价", "link")
    assert browse(staff.cat).post(url, {"url": "https://example.com"}).status_code == 404
    assert 'rel="noopener' in client.get(f"/customers/{customer.pk}/panel/attachments").content.decode()
