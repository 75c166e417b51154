"""Spreadsheets for the tests: small ones of kinds that no library here writes, and parts of workbooks by hand."""

import base64
import zipfile
import zlib
from pathlib import Path

# A real XLS as LibreOffice saves it. Sheet 客户: a merged title, headings, two records with dates, formulas and their
# errors; an empty sheet, and a hidden one.
_XLS = (
    "c-rk)U2IfE6h3qBc6)c(w%Zm23N9;uEp%H8rL;w{3k3!LFj7RrCeWWP6n5LvmPnhZi`W-|MC3spFa}bH35h?^=z~UEUnEh3B=Vq<q>x}R_^=p^A("
    "5`%oI7{9EL-drVxsiieDiZ=?wvDp&Y3xLzdxNneDuSj^OQmlkxnBC7ddS_0Zg(gULsBLMiPmH#ZFAne~PZFT<XvP{bd1C=h=V(xB$1(u}9?-^#7q"
    "}sRK_B`Drz^Bk!VK%7pHN#n`_$mUl+R*l(;fG5+|+m;1Ne$93R#{xA1^>Hj%EE|6y)0hA9E0ENJ0U<%s=(Ntg>FdZlYW&ksR`vD&?3-ALE0JDKPz"
    "+7M+FdrxeN`M8xLZB1~0A)Zq@E}kDEK>8SRJp`bl&gUn#aqVb*~H$Jj$8(`=**(ea=w)+XWgHNMSS2GV!OBigs4;6Mtx(X+5d0RN|vEfNErrUq|1"
    "d9wyMESk08yZ_qpYBPM5O<f`a6)QC9uD7G(Jka5|gQT%>|N<#&E!&LY_2&ur;$up<b{7WLFf5o)6*?1gRUQADStkG;Y@q=$$V+#-A3S!=~jW5b`s"
    ")4UgVz%$mPPdjy^R8No76U?b6pTk1~(l;Lqw}-nLBR)qy9hZLD3ksD*qoJ~v7N4VtPDn?zGeiDu%c9X`-QC0NrUUdx!f)FW2K|yR<zW8RvGKJG`E"
    "<|m2e5YO*16Q|A5Y~k7=<4gg}-nVzAG(1%aW&L6uyxv|8bM=Nadfng?~sxB}NIEdt*B1`7tNw1u+Nbg|TeTC&#i9Ti6ZzVZ4L#%z^J6+f?1ukHco"
    "Vi(Ods^~u^vw{&MAPWSJ}a46A`FaV;41A;Eoc6k)Vn^+2GoG0cn1=AIT?U)lbUL{S6%Z=kpOxvJ60>c`EB8W6dzAIkyuru&61BaRMC;am-YT?7s&"
    "4(omoYSyjJ$99xhIlWss$J*yp~2hqP2a`vtgYajIr#QrWLNj)wxZ$1=&?;_dSgu}7Qe7FRCA!P6=PIXS5=iQu3S>Jw7RAilI>1l1UJ=YnMZE3F$K"
    "6`LsL|)Niod*+k4ag?ZH%Auq<-7%jao(F~PF>nU^mtEvnnh{MZd$(>$p<3Wz;u8FDP-H%d8umHS%f`d;R}#_9az`<Lp9ZRL_=IbOHGRz8Y7*afLr"
    "nfO9L1jICtbMMfW;W{f9v;i#!y~NWd@w$<xW}3^HX>HP449%;`0dr>+dCU`Ocv>2sp2EA%Dz%pO3yyFEYUbnMcEOR2OwF1=O-t4^)bwOcN6nF}IX"
    "Fr-YZ`w=YDw43^GMDyR<h$`*UFbQ*{&gWD*r)4pE-QqsWtfO&7fJxA>So^mU#zn3+hgUN*ad9O9q2xo=>YV*5Fi!FcMdyl^b0NBU>xP>L!iQ;!Ck"
    "~7Aso`sk2yy5>m(ar%~6;uXpY|`b*G>5Kd>YH12PWmrXt)BRi)PF`v!?X&kv(9dugZri*GJO?Cc8&&Y1^HKvKi4dt0~?ea*ES8$-|V6VoW7WbwJW"
    ";Js2d-5H*$d70R^oi4q28bSJlapa*9?#Jl0JIfuz16UPNLT^%z2;aq$gUB;T_eUgG-B8^LK7OvL?a@ZT3ek+vt8x!^~|ob3cJoc<ItJs?&|CxN#I"
    "tdyUjbS*U-#h!fbj}-Wi{2Ywqgk?r81tuio7pj`(Y<%NiP+!jVXr^}n*MwYBC>?#{xD3&u?&31TIu`7RCjzw`UGb=$lr4;oZj{Lzn65r@^?TBxO!"
    "=D0@PvqNgpwyFDekGgZm)V+JZ3Sxe}Zr-8gI~|?j_Rikj5mNVRP2G!wHd$^d2eg5?edmO|e7EN>IojFp&K@bB;XU*g<{!BB-YR+Ortm`QKY<mbd2"
    "MriQUz<I{uKyyr`Oaxte{S=)r!u}=fYjxZ5{15uaR8e%JM}tLFwsk{{LhBrTB2VcXU!ekU$$TdKc}$ZClE*BV+jsIASvOoXFt6+GdaCr}Y>&N}aS"
    "0GHf5$_`2;M+*saO46IG=6YD5K;c@FvMvR&M|68K|)tM3WdfJ8gN2!r@zZO=|$~uvp9%@6m{Wjk!QR8Q2u>MuRspR;pFhVoS5M~R^OrDx?%)b_Rc"
    "jEsq)8AbrT;K"
)

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

ODS_START = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>"
)
ODS_END = "</office:spreadsheet></office:body></office:document-content>"


def xls_bytes() -> bytes:
    """The real XLS."""
    return zlib.decompress(base64.b85decode(_XLS))


def write_xlsx(path: Path, *rows: str, sheet: str | None = None, more: dict[str, str | bytes] | None = None) -> Path:
    """A workbook of one sheet from the XML of its rows, or of the whole sheet."""
    whole = sheet or f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": whole,
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_ods(path: Path, content: str) -> Path:
    """An ODS workbook from the XML of its tables."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS_START + content + ODS_END)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path
