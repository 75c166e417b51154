"""Currencies: signs, rates by day, converting, who keeps them; days and amounts as the reader writes them."""

import io
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from python_calamine import CalamineWorkbook

from haike.exchange.run import ImportRun
from haike.exchange.tests.test_import import bring_in
from haike.kernel import versioned
from haike.kernel.currency import CURRENCIES, Amount, money_text
from haike.kernel.fields import Money
from haike.kernel.look import DateLook, MomentLook, MoneyLook
from haike.kernel.option import _declared, choose
from haike.people.currency.rates import convert, rate
from haike.people.models import ExchangeRate
from haike.people.user.actions import SETUP
from haike.refused import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P38")]
DAY = date(2026, 3, 10)


def put(currency: str, on: date, value: str) -> ExchangeRate:
    return ExchangeRate._haike_entity.create(by=SETUP, currency=currency, on=on, rate=Decimal(value))


# -- amounts


@pytest.mark.parametrize(
    ("amount", "code", "text"),
    [
        ("1234.5", "", "¥1,234.50"),
        ("1234.5", "CNY", "¥1,234.50"),
        ("-20", "USD", "-US$20.00"),
        ("1500", "JPY", "JP¥1,500"),
        ("0.5", "JPY", "JP¥0.50"),
        ("0", "EUR", "€0.00"),
    ],
)
def test_amounts_carry_the_sign_of_their_currency(db, amount, code, text):
    assert money_text(Decimal(amount), code) == text


def test_ones_own_currency_has_the_short_sign(db):
    choose(_declared["kernel.currency"], "USD")
    assert money_text(Decimal(5)) == money_text(Decimal(5), "USD") == "$5.00"
    assert money_text(Decimal(5), "CNY") == "CN¥5.00"


class Quote:
    """A record with a currency of its own."""

    currency = "USD"
    total = Decimal("12.30")


def test_a_money_field_may_name_the_field_of_its_currency(db):
    field = Money("Total", currency="currency")
    field.set_attributes_from_name("total")
    assert field.deconstruct()[3]["currency"] == "currency"
    look = MoneyLook("total", "Total", field=field)
    assert look.cell(look.get(Quote())) == "US$12.30"
    assert isinstance(look.get(Quote()), Amount)
    assert look.to_json(look.get(Quote())) == "12.30"
    assert "¥" not in look.widget("total", "")


# -- rates


def test_the_rate_of_a_day_is_the_latest_valid_one(staff):
    put("USD", DAY, "7.1")
    put("USD", DAY + timedelta(days=5), "7.2")
    put("EUR", DAY, "8")
    assert rate("USD", DAY) == rate("USD", DAY + timedelta(days=4)) == Decimal("7.1")
    assert rate("USD", DAY + timedelta(days=5)) == Decimal("7.2")
    assert rate("CNY", DAY) == 1
    for currency, day in (("USD", DAY - timedelta(days=1)), ("GBP", DAY), ("XXX", DAY)):
        with pytest.raises(Refused):
            rate(currency, day)


def test_a_missing_rate_is_said_in_plain_words(staff):
    with translation.override("zh-hans"), pytest.raises(Refused) as no:
        rate("USD", DAY)
    assert "美元" in str(no.value)
    assert "2026-03-10" in str(no.value)
    with translation.override("en"), pytest.raises(Refused) as no:
        convert(Decimal(5), "USD", on=DAY)
    assert "US dollar" in str(no.value)
    assert "10 Mar 2026" in str(no.value)


def test_a_deleted_rate_counts_no_more(staff):
    row = put("USD", DAY, "7.1")
    ExchangeRate._haike_entity.remove(row, by=staff.boss)
    with pytest.raises(Refused):
        rate("USD", DAY)
    with pytest.raises(Refused):
        put("USD", DAY, "7.3")


def test_rates_belong_to_the_currency_they_were_entered_for(staff):
    put("USD", DAY, "7.1")
    choose(_declared["kernel.currency"], "EUR")
    with pytest.raises(Refused):
        rate("USD", DAY)
    put("USD", DAY, "0.9")
    assert rate("USD", DAY) == Decimal("0.9")
    choose(_declared["kernel.currency"], "CNY")
    assert rate("USD", DAY) == Decimal("7.1")


@pytest.mark.parametrize(
    ("currency", "value", "field"), [("CNY", "1", "currency"), ("USD", "0", "rate"), ("USD", "-7", "rate")]
)
def test_rates_that_make_no_sense_are_refused(staff, currency, value, field):
    with pytest.raises(Refused) as no:
        put(currency, DAY, value)
    assert field in no.value.fields


def test_two_rates_of_a_day_are_one_too_many(staff):
    put("USD", DAY, "7.1")
    with pytest.raises(Refused) as no:
        put("USD", DAY, "7.2")
    assert "on" in no.value.fields


def test_yen_have_no_cents(staff):
    put("JPY", DAY, "0.047")
    assert convert(Decimal(100), "CNY", "JPY", on=DAY) == Decimal(2128)
    assert convert(Decimal(1000), "JPY", on=DAY) == Decimal("47.00")


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
rates = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal("9999"), places=4)
days = st.integers(0, 400).map(lambda number: DAY + timedelta(days=number))


class TestConverting(TestCase):
    """Whatever the rates are."""

    @settings(deadline=None, max_examples=40)
    @given(st.dictionaries(days, rates, max_size=6), days)
    def test_the_day_decides(self, table, day):
        ExchangeRate.objects.all()._raw_delete("default")
        versioned.forget()
        for on, value in table.items():
            put("USD", on, str(value))
        valid = [on for on in table if on <= day]
        if valid:
            assert rate("USD", day) == table[max(valid)]
        else:
            with pytest.raises(Refused):
                rate("USD", day)

    @settings(deadline=None, max_examples=40)
    @given(amounts, rates, rates)
    def test_there_and_back_loses_at_most_a_coins_worth(self, amount, dollar, euro):
        ExchangeRate.objects.all()._raw_delete("default")
        put("USD", DAY, str(dollar))
        put("EUR", DAY, str(euro))
        euros = convert(amount, "USD", "EUR", on=DAY)
        assert abs(euros * euro - amount * dollar) <= euro * Decimal("0.00501")
        assert convert(amount, "USD", on=DAY) == (amount * dollar).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert convert(amount, "USD", "USD", on=DAY) == amount
        assert convert(-amount, "USD", on=DAY) == -convert(amount, "USD", on=DAY)


# -- screens


def test_rates_are_entered_listed_and_looked_up(staff, browse):
    client = browse(staff.boss)
    answer = client.post(
        "/exchange-rates/new", {"currency": "USD", "on": "2026-03-10", "rate": "7.1234", "note": "中行"}
    )
    assert answer.status_code == 302
    assert rate("USD", DAY) == Decimal("7.1234")
    page = client.get("/settings/currency").content.decode()
    assert "7.1234" in page
    assert "7.12340000" not in page
    assert "美元" in page
    assert "USD/CNY 2026-03-10" in client.get("/exchange-rates/?q=USD").content.decode()
    again = client.post("/exchange-rates/new", {"currency": "USD", "on": "2026-03-10", "rate": "8"})
    assert again.status_code == 422
    assert "已经有" in again.content.decode()
    assert ExchangeRate.objects.count() == 1


def test_the_page_shows_the_newest_rate_that_is_valid(staff, browse):
    put("USD", timezone.localdate() - timedelta(days=60), "6.5")
    put("USD", timezone.localdate() + timedelta(days=3), "9.9")
    page = browse(staff.boss).get("/settings/currency").content.decode()
    assert "6.5" in page
    assert "9.9" not in page
    assert "超过一个月" in page


def test_everybody_reads_rates_and_only_who_may_writes_them(staff, browse):
    row = put("USD", DAY, "7.1")
    client = browse(staff.ann)
    assert client.get(f"/exchange-rates/{row.pk}/").status_code == 200
    assert client.get("/settings/currency").status_code == 404
    for path, data in (
        ("/exchange-rates/new", {"currency": "EUR", "on": "2026-03-10", "rate": "8"}),
        (f"/exchange-rates/{row.pk}/edit", {"rate": "1", "version": row.version}),
        (f"/exchange-rates/{row.pk}/delete", {}),
    ):
        assert client.post(path, data).status_code in (404, 422), path
    row.refresh_from_db()
    assert (row.rate, row.deleted_at) == (Decimal("7.1"), None)
    assert ExchangeRate.objects.count() == 1


def test_the_own_currency_is_a_setting(staff, browse):
    client = browse(staff.boss)
    page = client.get("/settings/").content.decode()
    assert 'name="kernel.currency"' in page
    assert "/settings/currency" in page


def test_rates_come_from_a_sheet_and_a_second_one_updates_them(staff, browse):
    client = browse(staff.boss)
    for dollar in ("7.11", "7.12"):
        table = f"币种,生效日期,汇率,来源\n美元,2026-03-10,{dollar},中行\nEUR,2026/3/10,8.05,\n人民币,2026-03-10,1,\n"
        client.post("/exchange-rates/import/", {"file": SimpleUploadedFile("汇率.csv", table.encode())})
        run = bring_in(client, ImportRun.objects.latest("id"), rule="update")
        assert (run.state, run.faulty) == ("done", 1)
        assert rate("USD", DAY) == Decimal(dollar)
    assert rate("EUR", DAY) == Decimal("8.05")
    assert ExchangeRate.objects.count() == 2
    written = client.post("/exchange-rates/export", {"write": "1", "what": "all", "column": ["currency", "on", "rate"]})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(written.content)).get_sheet_by_index(0).to_python()
    assert ["美元", DAY, 7.12] in rows


# -- days


@pytest.mark.parametrize(
    ("language", "this_year", "other_year"), [("zh-hans", "03-10", "2025-03-09"), ("en", "10 Mar", "9 Mar 2025")]
)
def test_days_are_written_in_the_readers_way(db, time_machine_day, language, this_year, other_year):
    with translation.override(language):
        look, moments = DateLook("day", "Day"), MomentLook("at", "At")
        assert f">{this_year}<" in look.cell(date(2026, 3, 10))
        assert f">{other_year}<" in look.cell(date(2025, 3, 9))
        at = datetime(2026, 3, 10, 14, 5, tzinfo=timezone.get_current_timezone())
        assert f">{this_year} 14:05<" in moments.cell(at)
        template = Template('{{ at|date:"m-d H:i" }}|{{ at|date:"Y-m-d" }}|{{ at|date:"c" }}')
        short, long, machine = template.render(Context({"at": at})).split("|")
        assert short == f"{this_year} 14:05"
        assert long == {"zh-hans": "2026-03-10", "en": "10 Mar 2026"}[language]
        assert machine.startswith("2026-03-10T14:05")


@pytest.fixture
def time_machine_day(monkeypatch):
    monkeypatch.setattr("haike.kernel.look.time.today", lambda: DAY)


def test_every_currency_has_a_name_and_a_sign(db):
    with translation.override("zh-hans"):
        for code, currency in CURRENCIES.items():
            assert len(code) == 3
            assert currency.sign
            assert not str(currency.label).isascii()
