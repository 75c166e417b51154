"""Names of companies brought to one form and compared."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.chinese.company import SAME, SIMILAR, NormalName, likeness, normalise


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.feature("X3", "C3")
@pytest.mark.parametrize(
    "name",
    [
        "深圳市海客科技有限公司",
        "海客科技(深圳)有限公司",
        "海客科技（深圳）有限公司",
        "海客科技【深圳】有限责任公司",
        "广东省深圳市南山区海客科技股份有限公司",
        "深圳海客科技",
        "海客科技有限公司",
        " 海客 科技　有限公司 ",
        "海客科技有限公司（原深圳某某公司）",
        "海客科技有限公司深圳",
        "海客科技集团有限公司",
        "海客科技（集团）股份有限公司",
    ],
)
def test_one_company_written_in_many_ways(name: str) -> None:
    assert normalise(name).key == "海客科技"


@pytest.mark.feature("X3")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("深圳市海客科技有限公司", NormalName("海客科技", "广东 深圳", "有限公司", "")),
        ("北京市朝阳区海客科技有限公司", NormalName("海客科技", "北京 朝阳", "有限公司", "")),
        ("昆山海客五金厂", NormalName("海客五金", "江苏 苏州 昆山", "厂", "")),
        ("重庆市渝北区海客商行", NormalName("海客", "重庆 渝北", "商行", "")),
        ("海客（中国）有限公司", NormalName("海客", "中国", "有限公司", "")),
        ("上海海客企业管理合伙企业（有限合伙）", NormalName("海客企业管理", "上海", "合伙企业有限合伙", "")),
        ("北京海客科技有限公司上海分公司", NormalName("海客科技", "北京", "有限公司", "上海分公司")),
        ("中国银行股份有限公司深圳南山支行", NormalName("中国银行", "", "股份有限公司", "深圳南山支行")),
        ("海底捞火锅（南山店）", NormalName("海底捞火锅", "", "", "南山店")),
        ("ＨＡＩＫＥ Technology Co., Ltd.", NormalName("haiketechnology", "", "co ltd", "")),
        ("AT&T Inc.", NormalName("att", "", "inc", "")),
        # Without its place the name would say nothing.
        ("上海银行股份有限公司", NormalName("上海银行", "上海", "股份有限公司", "")),
        ("青岛啤酒股份有限公司", NormalName("青岛啤酒", "山东 青岛", "股份有限公司", "")),
        ("科技（深圳）有限公司", NormalName("深圳科技", "广东 深圳", "有限公司", "")),
        ("阿里巴巴", NormalName("阿里巴巴", "", "", "")),
        ("有限公司", NormalName("有限公司", "", "", "")),
        ("", NormalName("", "", "", "")),
    ],
)
def test_parts_of_a_name(name: str, expected: NormalName) -> None:
    assert normalise(name) == expected


def test_the_trade_name_stands_before_the_line_of_business() -> None:
    assert normalise("深圳市腾讯计算机系统有限公司").trade_name == "腾讯"
    assert normalise("中国石油").trade_name == "中国石油"
    assert normalise("深圳大学").trade_name == "深圳大学"


@pytest.mark.feature("X3", "C3")
@pytest.mark.parametrize(
    ("one", "other", "least", "most", "reason"),
    [
        ("海客科技", "海客科技", 1, 1, "The same name."),
        ("深圳市海客科技有限公司", "海客科技（深圳）有限公司", SAME, 0.99, "other brackets, blanks or order"),
        ("深圳市海客科技有限公司", "海客科技有限公司", SAME, 0.99, "only one of them says the place"),
        ("海客科技有限公司", "海客科技股份有限公司", SAME, 0.99, "another legal form"),
        ("海客科技", "海克科技", SAME, 0.95, "sound the same"),
        ("海客科技有限公司", "海客科技有限公司深圳分公司", SIMILAR, 0.89, "a branch of the other"),
        ("中国银行深圳分行", "中国银行上海分行", SIMILAR, 0.89, "Two branches"),
        ("深圳海客科技", "北京海客科技", SIMILAR, 0.89, "in another place"),
        ("华为", "华为技术有限公司", SIMILAR, 0.89, "short form"),
        ("海客科技", "海客信息技术", SIMILAR, 0.89, "another line of business"),
        ("海客科技", "客海科技", SIMILAR, 0.89, "in another order"),
        ("海客", "haike", SIMILAR, 0.89, "sound the same"),
        ("阿里巴巴网络", "阿里巴东网络", SIMILAR, 0.89, "One character differs"),
        ("海客科技", "大山贸易", 0, 0.3, ""),
        ("青岛啤酒", "燕京啤酒", 0, 0.5, ""),
        ("中国银行", "中国石油", 0, 0.5, ""),
        ("", "海客", 0, 0, ""),
    ],
)
def test_likeness_says_how_much_and_why(one: str, other: str, least: float, most: float, reason: str) -> None:
    score, reasons = likeness(one, other)

    assert least <= score <= most
    assert reason in " ".join(map(str, reasons))
    assert likeness(other, one)[0] == score


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_normal_form(name: str) -> None:
    found = normalise(name)

    assert normalise(f" {name} ") == found
    assert 0 <= likeness(name, "海客科技")[0] <= 1


@settings(deadline=None)
@given(
    st.text(st.sampled_from("海客云帆智慧鼎盛华宇腾达"), min_size=2, max_size=4),
    st.sampled_from(["深圳", "上海", "杭州", "昆山"]),
    st.sampled_from(["有限公司", "有限责任公司", "股份有限公司"]),
)
def test_the_place_may_stand_before_or_in_brackets(core: str, place: str, form: str) -> None:
    before, within = normalise(f"{place}市{core}科技{form}"), normalise(f"{core}科技（{place}）{form}")

    assert before == within
    assert before.core == f"{core}科技"


def test_long_texts_take_no_time() -> None:
    assert normalise("公司" * 50_000).core
    assert likeness("海" * 50_000, "客" * 50_000)[0] < SIMILAR
