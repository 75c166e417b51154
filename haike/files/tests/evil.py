"""Files for tests: honest ones made by code, and evil ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import xlsxwriter
from PIL import Image

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 42>>stream
BT /F1 24 Tf 20 40 Td (Haike) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"
EXE = b"MZ\x90\x00\x03" + b"\0" * 300
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "red") -> bytes:
    """A picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def picture_bomb(side: int = 60_000) -> bytes:
    """A PNG of some hundred bytes that says it is 60 000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def workbook(rows: list[list[object]]) -> bytes:
    """A workbook of two sheets."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for sheet in (book.add_worksheet("报价"), book.add_worksheet("备注")):
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def document(body: str, start: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    """A DOCX with this body."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'{start}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": text.encode()})


def workbook_bomb() -> bytes:
    """An XLSX whose sheet unpacks to 600 MB from less than one."""
    sheet = (
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>'
        + b"0" * 600_000_000
        + b"</v></c></row></sheetData></worksheet>"
    )
    return packed(
        {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": sheet}
    )


def document_bomb() -> bytes:
    """A DOCX whose text unpacks to 60 MB."""
    return document("<w:p><w:r><w:t>" + " " * 60_000_000 + "</w:t></w:r></w:p>")


def tag_bomb() -> bytes:
    """A DOCX of empty paragraphs that unpacks to 60 MB."""
    return document("<w:p/>" * 10_000_000)


def laughing_document() -> bytes:
    """A DOCX that multiplies an entity."""
    laugh = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return document("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", f'<!DOCTYPE x [<!ENTITY a0 "ha">{laugh}]>')
