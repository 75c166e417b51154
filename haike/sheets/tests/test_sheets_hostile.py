"""Files that are no spreadsheets, are damaged, or were made to do harm: refused in clear words, at little cost."""

import resource
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from haike.refused import Refused
from haike.sheets import archive, biff, limits
from haike.sheets.read import open_sheet
from haike.sheets.tests.sheet_files import write_ods, write_xlsx, xls_bytes


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def refusal(path: Path, filename: str = "客户.xlsx") -> str:
    with pytest.raises(Refused) as caught, open_sheet(path, filename=filename) as file:
        for sheet in file.sheets:
            for _row in file.rows(sheet):
                pass
    return str(caught.value)


def packed(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


@pytest.mark.feature("P17")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7\n...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"Rar!\x1a\x07", "a packed archive"),
        (b"{\\rtf1 text}", "a text document"),
        (b"MIME-Version: 1.0\r\n", "a web archive"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "very old Excel"),
        (b"\x00\x01\x02\x03" * 50, "no spreadsheet"),
        (bytes(range(256)) * 20, "no spreadsheet"),
        (b"<html><body><p>404</p></body></html>", "a web page"),
        (b"PK\x03\x04 broken", "damaged"),
        (biff.SIGNATURE + b"\0" * 20, "damaged"),
        (biff.SIGNATURE + b"\xff" * 2000, "damaged"),
    ],
)
def test_other_kinds_of_files(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    assert reason in refusal(path)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"word/document.xml": "<w/>"}, "a Word document"),
        ({"ppt/presentation.xml": "<p/>"}, "a presentation"),
        ({"Index/Document.iwa": ""}, "comes from Numbers"),
        ({"xl/workbook.bin": ""}, "binary workbook"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}, "a text document"),
        ({"a.txt": "x"}, "a packed archive"),
        ({"xl/workbook.xml": "no xml"}, "damaged"),
        ({"xl/workbook.xml": "<workbook/>"}, "damaged"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "damaged"),
    ],
)
def test_other_archives(tmp_path: Path, parts: dict[str, str], reason: str) -> None:
    assert reason in refusal(packed(tmp_path / "a.xlsx", parts))


def test_word_documents_of_old(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(xls_bytes().replace("Workbook".encode("utf-16-le"), "WordText".encode("utf-16-le")))

    assert "no spreadsheet" in refusal(path)


@pytest.mark.feature("P17")
def test_workbooks_with_a_password(tmp_path: Path) -> None:
    new = tmp_path / "new.xlsx"
    name, secret = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    data = bytearray(xls_bytes())
    at = data.index(name)
    data[at : at + len(secret)] = secret
    data[at + 64] = len(secret) + 2
    new.write_bytes(data)
    stream = struct.pack("<HH", 0x809, 0) + struct.pack("<HH", 0x2F, 2) + b"\0\0"

    assert "password" in refusal(new)
    with pytest.raises(Refused, match="password"):
        biff.measure_workbook(stream)


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)

    assert "password" in refusal(path)


@pytest.mark.feature("P17")
def test_a_zip_bomb_is_refused_before_it_bursts(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", "<workbook/>")
        with target.open("xl/worksheets/sheet1.xml", "w") as part:
            for _megabyte in range(200):
                part.write(b" " * 1024 * 1024)

    assert path.stat().st_size < 1_000_000
    assert "too large when unpacked" in refusal(path)


def test_a_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", "<workbook/>")
        target.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    data = bytearray(path.read_bytes())
    # The size after unpacking, in the table of contents and before the part.
    for signature, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rindex(signature) + place
        assert struct.unpack_from("<I", data, at) == (50_000_000,)
        struct.pack_into("<I", data, at, 1000)
    path.write_bytes(data)

    assert "too large when unpacked" in refusal(path)


def test_a_table_of_contents_with_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')

    monkeypatch.setattr(archive, "MOST_BYTES", 100)
    assert "too large when unpacked" in refusal(path)
    monkeypatch.setattr(archive, "MOST_PARTS", 2)
    assert "damaged" in refusal(path)


def test_two_parts_of_one_name(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", more={"XL/Worksheets/Sheet1.xml": "<worksheet/>"})

    assert "damaged" in refusal(path)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_files_cut_short(tmp_path: Path, cut: float) -> None:
    whole = write_xlsx(tmp_path / "a.xlsx", *(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 2000)))
    for name, data in (("cut.xlsx", whole.read_bytes()), ("cut.xls", xls_bytes())):
        path = tmp_path / name
        path.write_bytes(data[: int(len(data) * cut)])

        assert refusal(path)


FAR = [
    # Two cells in a tiny file, and between them room for thousands of millions.
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="190000"><c r="RZ190000"><v>1</v></c></row>',
    "<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='A1048576'><v>1</v></c></row>",
    '<row r="1"><c s="1" r="XFD1048576"><v>1</v></c></row>',
    '<row r="1"><c\nr="XFD1048576"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></c></row><x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    "<row>" + "<c><v>1</v></c>" * 600 + "</row>",
    '<row r="1048570"><c><v>1</v></c></row>',
    '<row r="1"><c r="ZZ1" t="inlineStr"><is><t>' + "x" * 70_000 + "</t></is></c></row>",
]


@pytest.mark.feature("P17")
@pytest.mark.parametrize("rows", FAR)
def test_cells_far_apart_are_refused_before_they_fill_the_memory(tmp_path: Path, rows: str) -> None:
    said = refusal(write_xlsx(tmp_path / "a.xlsx", rows))

    assert "more than" in said or "too large" in said


def test_formats_down_to_the_last_row_do_no_harm(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576" s="1"/></row>'
    path = write_xlsx(tmp_path / "a.xlsx", rows)

    with open_sheet(path, filename="a.xlsx") as file:
        assert list(file.rows()) == [[1]]


@pytest.mark.parametrize(
    "table",
    [
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float" '
        'office:value="1" table:number-columns-repeated="16384"/></table:table-row>',
        '<table:table-row table:number-rows-repeated="1048000"/><table:table-row><table:table-cell '
        'office:value-type="float" office:value="1"/></table:table-row>',
        '<table:table-row><table:table-cell table:number-columns-repeated="16000"/><table:table-cell><text:p>x</text:p>'
        "</table:table-cell></table:table-row>",
    ],
)
def test_repeated_cells_of_ods(tmp_path: Path, table: str) -> None:
    path = write_ods(tmp_path / "a.ods", f'<table:table table:name="S">{table}</table:table>')

    assert "more than" in refusal(path)


def test_cells_far_apart_in_an_xls() -> None:
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    start = record(0x809, b"\0\x06\x10\0")
    sheets = record(0x85, struct.pack("<IBB", 0, 0, 0) + b"\1\0S")
    globals_ = start + sheets + record(0x0A, b"")
    position = len(globals_)
    globals_ = globals_.replace(sheets, record(0x85, struct.pack("<IBB", position, 0, 0) + b"\1\0S"))
    cells = record(0x27E, struct.pack("<HHHI", 65_535, 255, 0, 0)) + record(0xBD, struct.pack("<HH", 3, 0) + b"\0" * 12)

    (extent,) = biff.measure_workbook(globals_ + start + cells + record(0x0A, b""))

    assert (extent.rows, extent.columns) == (65_536, 256)
    with pytest.raises(Refused, match="too large"):
        extent.check()


@pytest.mark.feature("P17")
def test_too_many_rows_and_columns(tmp_path: Path) -> None:
    long, wide, page = tmp_path / "long.csv", tmp_path / "wide.csv", tmp_path / "page.xls"
    long.write_text("a,b\n" * (limits.MOST_ROWS + limits.HEADROOM + 1), encoding="utf-8")
    wide.write_text(",".join(["a"] * 501) + "\n", encoding="utf-8")
    page.write_text(f"<table><tr>{'<td>a' * 501}</table>", encoding="utf-8")

    assert "200000 rows" in refusal(long)
    assert "500 columns" in refusal(wide)
    assert "500 columns" in refusal(page)


def test_many_lines_in_few_rows_are_no_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,"' + "\n" * 250_000 + '"\nb,c\n', encoding="utf-8")

    with open_sheet(path, filename="a.csv") as file:
        assert len(list(file.rows())) == 2


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_entities_are_refused(tmp_path: Path, member: str) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><worksheet><sheetData/></worksheet>'
    path = write_xlsx(tmp_path / "a.xlsx", more={member: bomb})

    assert "damaged" in refusal(path)


def test_entities_in_an_xml_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&b;</Workbook>',
        encoding="utf-8",
    )

    assert "damaged" in refusal(path)


def test_macros_are_ignored(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsm", '<row r="1"><c r="A1"><v>1</v></c></row>', more={"xl/vbaProject.bin": b"\0" * 99}
    )

    with open_sheet(path, filename="a.xlsm") as file:
        assert list(file.rows()) == [[1]]


def test_what_makes_the_reader_panic_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    whole = xls_bytes()
    for at in range(1024, len(whole) - 600, 7):
        path.write_bytes(whole[:at] + whole[at + 5 :])
        try:
            with open_sheet(path, filename="a.xls") as file:
                for sheet in file.sheets:
                    list(file.rows(sheet))
        except Refused:
            continue


@pytest.mark.parametrize("encoding", ["UTM-8", "shift_jis", "utf-7"])
def test_xml_in_an_unknown_encoding(tmp_path: Path, encoding: str) -> None:
    workbook = f'<?xml version="1.0" encoding="{encoding}"?><workbook/>'

    assert "damaged" in refusal(write_xlsx(tmp_path / "a.xlsx", more={"xl/workbook.xml": workbook}))
