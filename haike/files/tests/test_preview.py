"""Previews: readable for honest files, a sentence for evil ones, and never more work than the limits allow."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from haike.files.attachment.record import Attachment
from haike.files.links import link
from haike.files.tests import evil
from haike.people.testing import Staff

Browse = Callable[..., Client]
Attached = Callable[..., Attachment]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P24")]


@pytest.fixture
def see(staff: Staff, attached: Attached, browse: Browse) -> Callable[..., str]:
    def look(name: str, content: bytes, query: str = "") -> str:
        answer = browse(staff.ann).get(
            f"/attachments/{attached(name, content).pk}/{query}", headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        return str(answer.content.decode())

    return look


def test_text_in_any_encoding(see: Callable[..., str]) -> None:
    assert "你好，世界" in see("utf.txt", "你好，世界".encode())
    assert "你好，世界" in see("gbk.txt", "你好，世界".encode("gbk"))
    assert "你好，世界" in see("utf16.txt", "你好，世界".encode("utf-16"))
    assert "&lt;script&gt;" in see("evil.html", evil.HTML)
    long = see("lang.txt", "长".encode() * 200_000)
    assert "只显示开头部分" in long


def test_tables(see: Callable[..., str]) -> None:
    book = evil.workbook([["品名", "单价"], ["轴承 6204", 12.5], ["=1+1", "<b>"]])
    shown = see("报价.xlsx", book)
    assert "<td>轴承 6204</td><td>12.5</td>" in shown
    assert "&lt;b&gt;" in shown
    assert "备注" in see("报价2.xlsx", book, "?sheet=备注")
    assert "<td>甲</td><td>1</td>" in see("a.csv", "名称,数量\n甲,1\n".encode("gbk"))


def test_documents(see: Callable[..., str]) -> None:
    text = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>采购合同</w:t></w:r></w:p>'
    text += "<w:p><w:r><w:t>甲方</w:t></w:r></w:p>"
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>单价</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    shown = see("合同.docx", evil.document(text + table + "<w:p><w:r><w:t>乙方</w:t></w:r></w:p>"))
    assert "<h3>采购合同</h3><p>甲方</p>" in shown
    assert "<td>单价</td><td></td>" in shown
    assert "<p>乙方</p>" in shown
    slide = b'<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>' + "年度总结".encode() + b"</a:t></a:r></a:p></p:sld>"
    slides = {"ppt/presentation.xml": b"<x/>", "ppt/slides/slide2.xml": slide, "ppt/slides/slide10.xml": slide}
    assert see("总结.pptx", evil.packed(slides)).count("年度总结") == 2


def test_pictures_are_drawn_anew(staff: Staff, see: Callable[..., str], browse: Browse) -> None:
    shown = see("大图.png", evil.picture("PNG", (3000, 1500)) + b"<script>hidden behind</script>")
    assert "/attachments/content/" in shown
    client, made = browse(staff.ann), Attachment.objects.get()
    for form, side in (("96", 96), ("1600", 1600)):
        answer = client.get(link(made.pk, form))
        content = b"".join(answer.streaming_content)
        assert answer["Content-Type"] == "image/jpeg"
        assert b"script" not in content
        assert Image.open(io.BytesIO(content)).size == (side, side // 2)
        assert b"".join(client.get(link(made.pk, form)).streaming_content) == content


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("炸弹.xlsx", evil.workbook_bomb, "MB"),
        ("炸弹.docx", evil.document_bomb, "只显示开头部分"),
        ("标签.docx", evil.tag_bomb, "只显示开头部分"),
        ("笑.docx", evil.laughing_document, "损坏"),
        ("坏.docx", lambda: evil.packed({"word/document.xml": b"<a>"}), "损坏"),
        ("坏.xlsx", lambda: evil.packed({"xl/workbook.xml": b"<a>"}), "损坏"),
        ("未知.bin", lambda: b"\0\1\2" * 50, "不能预览"),
    ],
)
def test_evil_previews_are_a_sentence(
    name: str, content: Callable[[], bytes], said: str, see: Callable[..., str]
) -> None:
    made = content()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    shown = see(name, made)
    assert said in shown
    assert time.monotonic() - started < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_picture_bomb_is_not_drawn(staff: Staff, attached: Attached, browse: Browse) -> None:
    made: Any = attached("炸弹.png", evil.picture_bomb())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = browse(staff.ann).get(link(made.pk, "1600"))
    assert answer.status_code == 422
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
