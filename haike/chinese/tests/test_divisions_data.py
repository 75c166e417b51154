"""The shipped administrative divisions."""

import re
from functools import cache

import pytest
from phonenumbers.geodata import GEOCODE_DATA

from haike.chinese.divisions import CITY, DISTRICT, PROVINCE, DivisionRow, read_divisions, short_name, spell


@cache
def by_code() -> dict[str, DivisionRow]:
    return {row.code: row for row in read_divisions()}


@pytest.mark.feature("P20", "C1")
def test_all_provinces_with_what_lies_below() -> None:
    rows = by_code()

    assert sum(row.level == PROVINCE for row in rows.values()) == 34
    assert len(rows) > 3200
    assert all(re.fullmatch(r"\d{6}", code) for code in rows)
    for province in ("110000", "710000", "810000", "820000"):
        assert any(row.parent_code == province for row in rows.values())


def test_parent_comes_first_and_is_one_of_the_levels_above() -> None:
    seen: dict[str, DivisionRow] = {}
    for row in read_divisions():
        if row.parent_code is None:
            assert row.level == PROVINCE
        else:
            assert seen[row.parent_code].level < row.level
            assert row.code[:2] == row.parent_code[:2]
        seen[row.code] = row


def test_municipalities_have_no_level_between() -> None:
    rows = by_code()

    assert rows["110105"].name == "朝阳区"
    assert rows["110105"].parent_code == "110000"
    assert not any(row.level == CITY and row.code[:2] in {"11", "12", "31", "50"} for row in rows.values())
    assert not any(row.name in {"市辖区", "县"} for row in rows.values())
    assert rows["419001"].parent_code == "410000"
    assert (rows["440305"].level, rows["440305"].parent_code) == (DISTRICT, "440300")
    assert rows["441900"].level == CITY


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("广东省", "广东"),
        ("广西壮族自治区", "广西"),
        ("香港特别行政区", "香港"),
        ("恩施土家族苗族自治州", "恩施"),
        ("伊犁哈萨克自治州", "伊犁"),
        ("积石山保安族东乡族撒拉族自治县", "积石山"),
        ("东乡族自治县", "东乡"),
        ("管城回族区", "管城"),
        ("浦东新区", "浦东"),
        ("大兴安岭地区", "大兴安岭"),
        ("神农架林区", "神农架"),
        ("沙县区", "沙县"),
        ("歙县", "歙县"),
        ("城区", "城区"),
        ("井陉矿区", "井陉矿区"),
        ("阿荣旗", "阿荣旗"),
    ],
)
def test_short_name(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("重庆市", "chongqing shi"),
        ("厦门市", "xia men shi"),
        ("长治市", "chang zhi shi"),
        ("长子县", "zhang zi xian"),
        ("朝阳区", "chao yang qu"),
        ("佛冈县", "fo gang xian"),
        ("六安市", "lu an shi"),
        ("乐清市", "yue qing shi"),
        ("台州市", "tai zhou shi"),
        ("番禺区", "pan yu qu"),
        ("闵行区", "min hang qu"),
        ("浚县", "xun xian"),
        ("单县", "shan xian"),
        ("大城县", "dai cheng xian"),
        ("荥阳市", "xing yang shi"),
        ("荥经县", "ying jing xian"),
        ("阿勒泰市", "a le tai shi"),
        ("都匀市", "du yun shi"),
        ("漯河市", "luo he shi"),
        ("珲春市", "hun chun shi"),
    ],
)
def test_names_are_read_as_in_the_place(name: str, pinyin: str) -> None:
    assert "".join(spell(name)) == pinyin.replace(" ", "")


def test_initials_and_pinyin_fit_the_table() -> None:
    for row in by_code().values():
        assert re.fullmatch("[a-z]+", row.pinyin)
        assert len(row.pinyin) <= 120
        assert len(row.initials) == len(row.name) <= 30


def test_every_city_and_district_has_an_area_code() -> None:
    for row in by_code().values():
        if row.level > PROVINCE:
            assert re.fullmatch(r"0(?:10|2\d|[3-9]\d\d|085[23]|0886)", row.phone_area_code or "")
        assert row.post_code is None or re.fullmatch(r"\d{6}", row.post_code)

    assert by_code()["440305"].phone_area_code == "0755"
    assert by_code()["440305"].post_code == "518000"
    assert by_code()["441427"].post_code is None


def test_area_codes_agree_with_the_numbering_plan() -> None:
    """Compared with what phonenumbers knows of landlines, where it names the very city."""
    known: dict[str, str] = {}
    for prefix, names in GEOCODE_DATA.items():
        found = re.fullmatch(r"86(10|2\d|[3-9]\d\d)", prefix)
        if found and "zh" in names:
            known[f"0{found[1]}"] = names["zh"]
    compared = 0
    for row in by_code().values():
        place = known.get(row.phone_area_code or "")
        if row.level != CITY or place is None:
            continue
        province = by_code()[row.parent_code or ""].short_name
        assert province in place, (row.name, row.phone_area_code, place)
        compared += row.short_name in place
    assert compared > 300
