"""The fixed parts of an XLSX workbook as `write` makes it, and how values are spelled in it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

Kind = Literal["text", "integer", "number", "money", "percent", "date", "datetime", "time"]

HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_HIDDEN = ' state="hidden"'

# Places of the formats in the list `cellXfs` below.
HEADING_STYLE: Final = 1
REQUIRED_STYLE: Final = 2
QUOTED_STYLE: Final = 4
STYLES: Final[dict[Kind, int]] = {
    "text": 3, "integer": 5, "number": 0, "money": 6, "percent": 7, "date": 8, "datetime": 9, "time": 10,
}  # fmt: skip

STYLE_SHEET = (
    f'{HEADER}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" formatCode="hh:mm"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="Microsoft YaHei"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Microsoft YaHei"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><color rgb="FFC0392B"/><name val="Microsoft YaHei"/><family val="2"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor rgb="FFEFF3F8"/><bgColor indexed="64"/></patternFill></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/>'
    '<bottom style="thin"><color rgb="FFB8C4D0"/></bottom><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="11"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    + "".join(
        f'<xf numFmtId="49" fontId="{font}" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" '
        'applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="center"/></xf>'
        for font in (1, 2)
    )
    + '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number in (1, 4, 10, 164, 165, 166)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

_RELATIONS = (
    f'{HEADER}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
)
_CORE_RELATION = (
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
)
_CORE_TYPE = (
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
)

# Signs that XML cannot hold or gives another meaning, and texts that Excel would take for its own escapes.
_UNSAFE = re.compile(
    "[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)",
)
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_", "\r": ""}
_QUOTES = str.maketrans({'"': "&quot;"})


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0], "")


def escape(text: str) -> str:
    """Text as it stands in a cell; what no cell can hold is left out."""
    return _UNSAFE.sub(_escaped, text)


def escape_attribute(text: str) -> str:
    """Text as it stands in an attribute."""
    return escape(text).replace("_x005F_", "_").translate(_QUOTES)


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters, number = "", index + 1
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def relations(*, core: bool = False) -> str:
    """Where the workbook lies, and with `core` its properties."""
    return f"{_RELATIONS}{_CORE_RELATION if core else ''}</Relationships>"


def core_properties(title: str, creator: str, created: datetime) -> str:
    """What the file says about itself; `created` is aware."""
    stamp = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{HEADER}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(creator)}</dc:creator>"
        f'<cp:keywords>{escape(title)}</cp:keywords><dcterms:created xsi:type="dcterms:W3CDTF">{stamp}'
        "</dcterms:created></cp:coreProperties>"
    )


def content_types(sheets: int, *, core: bool = False) -> str:
    """The list of the parts of a workbook; with `core` also its properties."""
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{HEADER}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>{parts}'
        f"{_CORE_TYPE if core else ''}</Types>"
    )


def workbook(sheets: Sequence[tuple[str, bool]]) -> str:
    """The table of sheets: name, and whether hidden."""
    entries = "".join(
        f'<sheet name="{escape_attribute(name)}" sheetId="{number}"{_HIDDEN if hidden else ""} r:id="rId{number}"/>'
        for number, (name, hidden) in enumerate(sheets, start=1)
    )
    return (
        f'{HEADER}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{entries}</sheets></workbook>"
    )


def workbook_relations(sheets: int) -> str:
    """Where the sheets and the style sheet lie."""
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{HEADER}<Relationships xmlns="{_PACKAGE}/relationships">{entries}'
        f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    )


def sheet_start(widths: Sequence[tuple[float, int]]) -> str:
    """What stands before the rows of a sheet; a width and a format for each column."""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width:g}" style="{style}" customWidth="1"/>'
        for number, (width, style) in enumerate(widths, start=1)
    )
    return (
        f'{HEADER}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="16.5"/>{f"<cols>{columns}</cols>" if columns else ""}<sheetData>'
    )


def sheet_end(reference: str, validations: Sequence[tuple[str, str]]) -> str:
    """What stands behind the rows: the filter over the headings, and columns with a list of choices."""
    lists = "".join(
        f'<dataValidation type="list" allowBlank="1" sqref="{cells}"><formula1>{escape(formula)}</formula1>'
        "</dataValidation>"
        for cells, formula in validations
    )
    chosen = f'<dataValidations count="{len(validations)}">{lists}</dataValidations>' if validations else ""
    return f'</sheetData><autoFilter ref="{reference}"/>{chosen}</worksheet>'
