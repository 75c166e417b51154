"""Telephone numbers in every spelling."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.chinese.phone import Phone, display, find_phones, mask, mask_email, normalise_phone


@pytest.mark.feature("L3", "P17")
@pytest.mark.parametrize(
    "raw",
    [
        "13800138000",
        13800138000,
        13800138000.0,
        Decimal(13800138000),
        "13800138000.0",
        "1.3800138E+10",
        "１３８００１３８０００",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "138—0013—8000",
        "+86 138 0013 8000",
        "0086-13800138000",
        "8613800138000",
        "(+86)13800138000",
        "17951 13800138000",
        "013800138000",
        "'13800138000",
        "\u202d138 0013 8000\u202c",
        "手机：13800138000（微信同号）",
        "13800138000 王总",
    ],
)
def test_one_mobile_number(raw: object) -> None:
    phone = normalise_phone(raw)

    assert phone == Phone("8613800138000", "mobile")
    assert str(phone) == "13800138000"
    assert phone.international == "+8613800138000"


@pytest.mark.feature("L3")
@pytest.mark.parametrize(
    ("raw", "stored", "shown", "hidden"),
    [
        ("(0755)2345 6789 转 801", "075523456789,801", "0755-2345 6789-801", "0755-****6789"),
        ("0755-23456789-801", "075523456789,801", "0755-2345 6789-801", "0755-****6789"),
        ("0755-23456789，分机:801", "075523456789,801", "0755-2345 6789-801", "0755-****6789"),
        ("+86-(0)755-23456789", "075523456789", "0755-2345 6789", "0755-****6789"),
        ("010-62345678", "01062345678", "010-6234 5678", "010-****5678"),
        ("0755-2345678", "07552345678", "0755-234 5678", "0755-****5678"),
        # A spreadsheet dropped the nought.
        (75523456789.0, "075523456789", "0755-2345 6789", "0755-****6789"),
        (1062345678, "01062345678", "010-6234 5678", "010-****5678"),
        ("23456789", "23456789", "2345 6789", "****89"),
        ("13800138000转1234", "13800138000,1234", "138 0013 8000-1234", "138****8000"),
    ],
)
def test_landlines_and_extensions(raw: object, stored: str, shown: str, hidden: str) -> None:
    phone = normalise_phone(raw)

    assert (str(phone), display(phone), mask(phone)) == (stored, shown, hidden)
    assert (display(stored), mask(stored)) == (shown, hidden)


@pytest.mark.parametrize(
    ("raw", "kind", "shown"),
    [
        ("4008001234", "service", "400-800-1234"),
        ("400-800-1234转5", "service", "400-800-1234-5"),
        ("95588", "service", "95588"),
        ("12345", "service", "12345"),
        ("110", "service", "110"),
        ("+1 (415) 555-2671", "foreign", "+1 415 555 2671"),
        ("00852-23456789", "foreign", "+852 2345 6789"),
        ("+886 2 2345 6789", "foreign", "+886 22345 6789"),
    ],
)
def test_service_numbers_and_foreign_numbers(raw: str, kind: str, shown: str) -> None:
    phone = normalise_phone(raw)

    assert (phone.kind, display(phone)) == (kind, shown)


@pytest.mark.feature("L3")
@pytest.mark.parametrize(
    "raw",
    [
        "",
        None,
        True,
        "王小明",
        "12345678901",
        "139 0000 000",
        "13800138000/13900139000",
        "86138001380",
        float("nan"),
        float("inf"),
        "9e99",
        "1" * 5000,
        # Six figures are all that is left of a number that a spreadsheet showed so: it may be any of 100 000.
        "1.38E+10",
        "1.38001E+10",
    ],
)
def test_what_is_no_number(raw: object) -> None:
    assert normalise_phone(raw).kind == "unknown"


def test_the_own_area_code_completes_a_local_number() -> None:
    assert str(normalise_phone("23456789", area="0755")) == "075523456789"


@pytest.mark.feature("L3")
def test_several_numbers_in_one_cell() -> None:
    both = ["13800138000", "075523456789,801"]

    assert [str(phone) for phone in find_phones("13800138000/0755-23456789 转 801")] == both
    assert [str(phone) for phone in find_phones("13800138000、13900139000")] == ["13800138000", "13900139000"]
    assert [str(phone) for phone in find_phones("13800138000 13900139000")] == ["13800138000", "13900139000"]
    assert find_phones("无") == []


@pytest.mark.feature("P10")
def test_masked_mail_and_masked_text() -> None:
    assert mask_email("zhang@example.com") == "z***@example.com"
    assert mask_email("a@example.com") == "***@example.com"
    assert mask_email("nonsense") == "****se"
    assert mask("abc") == "****"
    assert mask("13800138000") == "138****8000"


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789-+() 转,x./、138"), max_size=25))
def test_stored_and_shown_forms_read_back(raw: str) -> None:
    phone = normalise_phone(raw)
    mask(phone)
    if phone.kind != "unknown":
        assert normalise_phone(str(phone)) == phone
        assert normalise_phone(display(phone)) == phone


@settings(deadline=None)
@given(st.text(max_size=50))
def test_no_text_breaks_it(raw: str) -> None:
    phone = normalise_phone(raw)

    assert isinstance(display(phone), str)
    assert len(find_phones(raw)) < 20


@settings(deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_mobile_number_as_float_and_in_groups(number: str) -> None:
    assert str(normalise_phone(float(number))) == number
    assert str(normalise_phone(display(number))) == number
    assert number[3:7] not in mask(number)[3:7]


class AsTyped(str):
    """Text that is not known at a glance."""

    __slots__ = ()


@given(st.from_regex(r"0\d{2,3}-{0,2}\d{6,9}(-\d{1,4})?|1\d{10,11}|\d{5,14}", fullmatch=True))
def test_plain_numbers_are_known_at_a_glance(text: str) -> None:
    assert normalise_phone(text) == normalise_phone(AsTyped(text))
