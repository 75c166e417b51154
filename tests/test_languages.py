"""Both languages, clause by clause: screens complete in each, dates, numbers and currencies by the reader's language."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.models import Contact, Customer
from haike.kernel.currency import OWN
from haike.kernel.division import divisions
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.currency.rates import convert
from haike.people.models import User
from haike.people.testing import Staff
from haike.pools.testing import make_pool
from haike.sales.testing import make_lead
from haike.work.follow_up.record import FollowUp

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P38")]
Browse = Callable[[User], Client]

SCREENS = [
    "/today/", "/customers/", "/contacts/", "/contacts/book/", "/contacts/birthdays/", "/follow-ups/", "/leads/",
    "/customers/{customer}/", "/customers/{customer}/?tab=contacts", "/customers/{customer}/?tab=log",
    "/customers/{customer}/?tab=owners", "/contacts/{contact}/", "/leads/{lead}/", "/customers/new",
    "/customers/{customer}/edit", "/leads/new", "/contacts/new", "/follow-ups/new", "/customers/grid",
    "/customers/filter", "/customers/columns", "/customers/import/", "/customers/export", "/customers/bin/",
    "/customers/map/", "/customers/duplicates", "/customers/lookup", "/claims/", "/attachments/", "/pools/",
    "/pools/new", "/pools/{pool}/", "/assignment-rules/", "/territories/", "/settings/", "/settings/company", "/settings/currency",
    "/settings/modules/", "/settings/dictionaries/", "/settings/sign-ins/", "/settings/operations/",
    "/settings/alarms/", "/settings/fields/customers/", "/settings/layout/customers/", "/settings/webhooks/",
    "/users/", "/users/new", "/users/{user}/", "/roles/{role}/rights", "/roles/{role}/fields",
    "/departments/", "/invitations/", "/jobs/", "/exchange-rates/", "/tags/", "/account/", "/account/taste",
    "/account/workbench", "/account/password", "/account/signins", "/account/tokens/", "/notices/", "/nothing-here/",
]  # fmt: skip
"""Addresses in which {customer} and the like stand for records of the small company."""
CHINESE = re.compile(r"[一-鿿]")
ENGLISH = re.compile(r"[A-Za-z]{3}")
LOCAL = re.compile(
    r"\S+@\S+|(?<![A-Za-z])(?:XLSX|XLS|CSV|PDF|API|VIP|MSN|URL|UTF|GCJ|WGS|CNY|ERP|AAA|https?|pdf|jpg|png|xlsx|docx|vCard|Ctrl|Enter|"
    r"Excel|Webhook|Haike|OpenStreetMap|HAIKE_CLAMAV|English|boss|ann|ben|cat)(?![A-Za-z])|/[a-z]+/"
)
"""What Chinese users write in Latin letters themselves, file endings, sign-in names and addresses."""


@pytest.fixture
def places(staff: Staff) -> dict[str, int]:
    """A customer with a contact and a talk, a lead and a pool, all with names of digits only."""
    customer = entity_of(Customer).create(by=staff.boss, name="1001", mobile="13912345678", credit_limit="12345.6")
    contact = entity_of(Contact).create(by=staff.boss, customer=customer, name="1002", mobile="13800138000")
    entity_of(FollowUp).create(by=staff.boss, customer=customer, contact=contact, content="1003")
    entity_of(Customer).change(Customer.objects.get(pk=customer.pk), by=staff.boss, remark="1004")
    return {
        "customer": customer.pk,
        "contact": contact.pk,
        "lead": make_lead(staff.boss, company="1005", person="1006", mobile="13700137000").pk,
        "pool": make_pool("1007", members=[staff.ann]).pk,
        "user": staff.ann.pk,
        "role": staff.ann.roles.get().pk,
    }


def speak(client: Client, language: str) -> Client:
    client.post("/account/display", {"language": language})
    return client


def texts(page: str) -> list[str]:
    """What a reader sees or hears of the page: its texts and the attributes that are read out."""
    main = re.search(r"<main.*</main>", page, re.DOTALL)
    shown = re.sub(r"<(script|style|template|code|kbd|pre)\b.*?</\1>", " ", main[0] if main else page, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"', shown)
    return [html.unescape(each).strip() for each in [*re.split(r"<[^>]*>", shown), *spoken] if each.strip()]


def names_of_people(staff: Staff) -> list[str]:
    names = [str(user.name) for user in User.objects.all()]
    departments = [each.name for each in (staff.company, staff.south, staff.east)]
    # In the place of a picture stands the last sign of a name.
    return [*names, *(name[-1] for name in names), *departments, *(each.name for each in divisions().values())]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_screen_speaks_one_language(language: str, staff: Staff, places: dict[str, int], browse: Browse) -> None:
    client = speak(browse(staff.boss), language)
    foreign: dict[str, str] = {}
    data = re.compile("|".join(map(re.escape, sorted(names_of_people(staff), key=len, reverse=True))))
    for path in SCREENS:
        page = client.get(path.format(**places)).content.decode()
        assert "<html" not in page or f'<html lang="{language[:2]}' in page, path
        for text in texts(page):
            own = data.sub("", text).replace("简体中文", "")  # as a language calls itself
            wrong = CHINESE.search(own) if language == "en" else ENGLISH.search(LOCAL.sub("", own))
            if wrong:
                foreign.setdefault(text[:80], path)
    assert not foreign, "\n".join(f"{path}: {text}" for text, path in foreign.items())


def test_days_and_amounts_are_written_as_the_reader_writes_them(
    staff: Staff, places: dict[str, int], browse: Browse
) -> None:
    path = f"/customers/{places['customer']}/"
    client, made = browse(staff.boss), timezone.localdate()
    chinese = client.get(path).content.decode()
    english = speak(client, "en").get(path).content.decode()
    assert f"{made:%m-%d}" in " ".join(texts(chinese))
    assert f"{made.day} {made:%b}" in " ".join(texts(english))
    assert f"{made.day} {made:%b}" not in " ".join(texts(chinese))
    for page in (chinese, english):
        assert "¥12,345.60" in page
    other = browse(staff.ann)
    assert '<html lang="zh' in other.get("/today/").content.decode(), "each reads in his own language"


def test_amounts_of_a_company_that_reckons_in_another_currency(
    staff: Staff, places: dict[str, int], browse: Browse
) -> None:
    client = browse(staff.boss)
    choose(OWN, "USD")
    page = client.get(f"/customers/{places['customer']}/").content.decode()
    assert "$12,345.60" in page
    assert "¥12,345.60" not in page
    client.post("/customers/columns", {"column": ["name", "credit_limit"]})
    assert "$12,345.60" in client.get("/customers/").content.decode()


def test_several_currencies_each_with_rates_by_day(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    for currency, on, value in (("USD", "2026-03-10", "7.1"), ("USD", "2026-03-15", "7.2"), ("EUR", "2026-03-10", "8")):
        assert client.post("/exchange-rates/new", {"currency": currency, "on": on, "rate": value}).status_code == 302
    assert convert(Decimal(10), "USD", on=date(2026, 3, 14)) == Decimal("71.00")
    assert convert(Decimal(10), "USD", on=date(2026, 3, 15)) == Decimal("72.00")
    assert convert(Decimal(71), "CNY", "USD", on=date(2026, 3, 12)) == Decimal("10.00")
    for language, names in (("zh-hans", ("美元", "欧元")), ("en", ("US dollar", "Euro"))):
        page = speak(client, language).get("/settings/currency").content.decode()
        for name in names:
            assert name.lower() in page.lower()
        assert "7.2" in page
