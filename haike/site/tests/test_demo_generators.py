"""The sample company: the same for the same seed, unique where it has to be, valid in every code and number."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice

import phonenumbers
import pytest

from haike.chinese.divisions import read_divisions
from haike.chinese.phone import normalise_phone
from haike.chinese.uscc import check_uscc
from haike.customers.dictionaries import DICTIONARIES as OF_CUSTOMERS
from haike.people.dictionaries import DICTIONARIES as OF_PEOPLE
from haike.people.shipped_roles import SHIPPED_ROLES
from haike.site.demo.chance import Chance, spread
from haike.site.demo.companies import Companies
from haike.site.demo.ids import Ids, credit_code
from haike.site.demo.names import People
from haike.site.demo.phones import MOBILE_PREFIXES, Phones
from haike.site.demo.places import Places, spots
from haike.site.demo.staff import SIZE, make_staff
from haike.site.demo.stream import Batch, SampleCompany
from haike.site.demo.talk_texts import TEXTS
from haike.site.demo.talks import TEMPLATES, Talks, amount_in_words
from haike.site.demo.working_days import SHANGHAI, WorkingDays, holidays
from haike.work.dictionaries import DICTIONARIES as OF_WORK

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CODES = {one.key: {word.code for word in one.words} for one in (*OF_PEOPLE, *OF_CUSTOMERS, *OF_WORK)}


@pytest.fixture(scope="module")
def batch() -> Batch:
    return next(SampleCompany(NOW).batches(3_000))


def test_dictionaries_have_each_word_once() -> None:
    assert len(CODES) == len([*OF_PEOPLE, *OF_CUSTOMERS, *OF_WORK])
    for one in (*OF_PEOPLE, *OF_CUSTOMERS, *OF_WORK):
        for field in ("code", "name", "name_en"):
            values = [getattr(word, field) for word in one.words]
            assert len(values) == len(set(values)), (one.key, field)
            assert all(0 < len(value) <= 80 for value in values)


def test_a_table_holds_each_entry_by_its_weight() -> None:
    assert Counter(spread({"a": 3, "b": 1, "c": 0.001}, 100)) == {"a": 75, "b": 25, "c": 1}


def test_the_same_seed_gives_the_same_company() -> None:
    first, again = (list(SampleCompany(NOW, seed=7).batches(400, size=150)) for __ in range(2))

    assert [len(part.customers) for part in first] == [150, 150, 100]
    assert first == again
    assert next(SampleCompany(NOW, seed=8).batches(400)).customers != first[0].customers


def test_names_of_companies_come_once() -> None:
    chance = Chance(3)
    companies = Companies(chance, Places(chance), Ids(chance))
    drawn = [companies.draw() for __ in range(15_000)]

    assert len({company.name for company in drawn}) == len(drawn)
    assert len({company.credit_code for company in drawn if company.credit_code}) == sum(
        bool(company.credit_code) for company in drawn
    )
    assert all(len(company.name) <= 120 and len(company.mnemonic) <= 30 for company in drawn)
    assert {company.industry for company in drawn} <= CODES["industry"]
    assert {company.nature for company in drawn} <= CODES["enterprise_nature"]
    endings = (
        "有限公司",
        "股份有限公司",
        "集团有限公司",
        "厂",
        "店",
        "事务所",
        "小学",
        "医院",
        "合作社",
        "分公司",
        "有限责任公司",
    )
    for ending in endings:
        assert any(company.name.endswith(ending) for company in drawn), ending


def test_credit_codes_are_valid() -> None:
    assert credit_code("company", "440301", "10000000").startswith("9144030110000000")
    ids = Ids(Chance(1))
    for kind in ("company", "individual", "cooperative", "institution", "law_firm"):
        for __ in range(50):
            code = ids.credit_code(kind, "440305")
            assert code == credit_code(kind, "440305", code[8:16])
            assert check_uscc(code)


def test_phones_are_valid_and_mobile_numbers_come_once() -> None:
    phones = Phones(Chance(5))
    assert len({phones.mobile() for __ in range(20_000)}) == 20_000
    for prefix in set(MOBILE_PREFIXES):
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"{prefix}12345678", "CN")), prefix
    for area_code in sorted({spot.area_code for spot in spots()}):
        for number in (phones.landline(area_code), phones.mobile_at(area_code)):
            assert phonenumbers.is_valid_number(phonenumbers.parse(number, "CN")), number
            assert normalise_phone(number).kind != "unknown"


def test_addresses_lie_in_real_divisions() -> None:
    rows = {row.code: row for row in read_divisions()}
    chance = Chance(2)
    places = Places(chance)
    cities = Counter[str]()
    for __ in range(5_000):
        spot = places.spot()
        cities[spot.short_city] += 1
        assert rows[spot.region].name == (spot.district or spot.city)
        assert spot.full_address(places.address(spot, chance.pick(("office", "factory", "shop", "home")))).startswith(
            spot.province
        )
    assert cities.most_common(1)[0][0] == "深圳"
    assert len(cities) > 150


def test_people_have_names_of_their_time_and_gender() -> None:
    people = People(Chance(4), 2026)
    drawn = [people.draw() for __ in range(20_000)]

    assert all(2 <= len(person.name) <= 4 and person.name.startswith(person.surname) for person in drawn)
    assert all(18 <= 2026 - person.born <= 70 for person in drawn)
    assert 0.05 < sum(person.surname == "王" for person in drawn) / len(drawn) < 0.09
    women = {person.name for person in drawn if person.gender == "female"}
    assert not any(name.endswith(("建军", "国强")) for name in women)


def test_talks_are_many_and_filled_in() -> None:
    assert sum(len(lines.strip().splitlines()) for lines in TEXTS.values()) >= 150
    assert set(TEMPLATES) == CODES["customer_stage"]
    for template in {template for table in TEMPLATES.values() for template in table}:
        assert template.manner in CODES["follow_up_manner"]
        assert template.subject in CODES["follow_up_subject"]
        assert template.result in CODES["follow_up_result"]
        assert template.attitude in CODES["customer_attitude"]
        assert bool(template.next_text.text) >= (template.days > 0)
    talks = Talks(Chance(9))
    for stage in TEMPLATES:
        for __ in range(300):
            talk = talks.draw(stage, "王总", "五金", "东莞")
            assert not re.search(r"[{}%]", talk.content + talk.next_text)


@pytest.mark.parametrize(("amount", "said"), [(860, "860 元"), (36_000, "3.6 万"), (120_000, "12 万")])
def test_amounts_as_said(amount: int, said: str) -> None:
    assert amount_in_words(amount) == said


def test_things_happen_on_working_days_in_office_hours() -> None:
    days = WorkingDays(Chance(6), NOW)
    moments = [days.moment().astimezone(SHANGHAI) for __ in range(10_000)]
    off = holidays(2026)

    assert NOW - timedelta(days=184) < min(moments) <= max(moments) <= NOW
    assert sum(8 <= moment.hour < 19 for moment in moments) > 9_700
    assert sum(moment.weekday() < 5 for moment in moments) > 9_300
    assert sum(moment.date() in off for moment in moments) < 100
    assert days.is_working_day(days.coming(1).astimezone(SHANGHAI).date())
    assert {(10, 1), (5, 1), (2, 17)} <= {(day.month, day.day) for day in off}


@pytest.mark.parametrize("size", [SIZE, 200])
def test_staff_is_a_tree_with_every_role(size: int) -> None:
    chance = Chance(1)
    staff = make_staff(chance, People(chance, 2026), Phones(chance), size)
    names = [one.username for one in staff.colleagues]
    units = {unit.key: unit for unit in staff.departments}

    assert len(names) == len(set(names)) == size
    assert {"boss", "ann", "ben", "cat"} <= set(names)
    assert {role for one in staff.colleagues for role in one.roles} == {role.key for role in SHIPPED_ROLES}
    assert {one.position for one in staff.colleagues if one.position} <= CODES["position"]
    seen: set[str | None] = {None}
    for unit in staff.departments:
        assert unit.parent in seen
        assert unit.head in names
        seen.add(unit.key)
    for number, one in enumerate(staff.colleagues):
        assert one.unit in units
        assert one.manager is None or one.manager in names[:number]
    assert len({one.phone for one in staff.colleagues}) == size


def test_ben_leads_ann_but_not_cat() -> None:
    chance = Chance(1)
    staff = {one.username: one for one in make_staff(chance, People(chance, 2026), Phones(chance)).colleagues}
    above_ann, name = [], "ann"
    while name:
        above_ann.append(name)
        name = staff[name].manager or ""

    assert "ben" in above_ann
    assert staff["cat"].manager not in above_ann[:3]


def test_records_point_to_each_other(batch: Batch) -> None:
    numbers = [customer["number"] for customer in batch.customers]
    contacts = {contact["number"]: contact for contact in batch.contacts}

    assert numbers == list(range(1, 3_001))
    assert len(contacts) == len(batch.contacts)
    assert {contact["customer"] for contact in batch.contacts} <= set(numbers)
    assert max(Counter(contact["customer"] for contact in batch.contacts if contact["main"]).values()) == 1
    for talk in batch.follow_ups:
        assert talk["contact"] is None or contacts[talk["contact"]]["customer"] == talk["customer"]
    assert 1.7 < len(batch.contacts) / 3_000 < 2.3
    assert 1.7 < len(batch.follow_ups) / 3_000 < 2.5


def test_records_use_the_pick_lists(batch: Batch) -> None:
    lists = {
        "kind": "customer_kind", "stage": "customer_stage", "level": "customer_level", "industry": "industry",
        "size": "company_size", "nature": "enterprise_nature", "source": "customer_source", "value": "value_level",
        "potential": "potential_value", "heat": "heat", "heat_reason": "hot_reason", "credit_rating": "credit_rating",
        "payment_manner": "payment_manner", "invoice_kind": "invoice_kind", "gender": "gender",
        "form_of_address": "form_of_address", "decision_role": "decision_role", "classification": "contact_class",
        "preferred_channel": "preferred_channel",
    }  # fmt: skip
    for record in (*batch.customers, *batch.contacts):
        for field, key in lists.items():
            if record.get(field):
                assert record[field] in CODES[key], (field, record[field])
        assert set(record.get("hobbies", [])) <= CODES["hobby"]


def test_dates_of_a_customer_follow_his_talks(batch: Batch) -> None:
    talks: dict[int, list[datetime]] = {}
    for talk in batch.follow_ups:
        talks.setdefault(talk["customer"], []).append(talk["at"])
        assert bool(talk["next_what"]) or talk["next_at"] is None
    for customer in batch.customers:
        moments = talks.get(customer["number"], [])
        assert moments == sorted(moments)
        assert customer.get("last_contact_at") == (moments[-1] if moments else None)
        assert all(customer["created_at"] <= moment <= NOW for moment in moments)
    last = {talk["customer"]: talk for talk in batch.follow_ups}
    for customer in batch.customers:
        if customer["number"] in last:
            assert customer.get("next_contact_at") == last[customer["number"]]["next_at"]
    planned = [customer["next_contact_at"] for customer in batch.customers if customer.get("next_contact_at")]
    assert any(moment < NOW for moment in planned)
    assert sum(moment >= NOW for moment in planned) > len(planned) / 2


def test_owners_sell_near_their_office_in_the_small_company(batch: Batch) -> None:
    owners = Counter(customer["owner"] for customer in batch.customers)
    assert 0.09 < owners[None] / 3_000 < 0.17
    assert {"ann", "leo", "ivan", "cat", "sam", "dan"} <= set(owners)
    assert not {"guest", "max", "fiona"} & set(owners)
    assert not any(customer["owner"] == "cat" and customer["region"].startswith("44") for customer in batch.customers)
    assert not any(customer["owner"] == "ann" and customer["region"].startswith("31") for customer in batch.customers)


def test_nothing_reaches_a_real_mailbox(batch: Batch) -> None:
    for record in (*batch.customers, *batch.contacts):
        for field in ("email", "website"):
            assert not record.get(field) or record[field].endswith(".example")


def test_some_companies_are_there_twice_written_differently() -> None:
    stream = SampleCompany(NOW)
    seen: dict[str, str] = {}
    twins = 0
    for part in islice(stream.batches(4_000), 1):
        for customer in part.customers:
            if customer["form"] == "business":
                other = seen.setdefault(customer["short_name"], customer["name"])
                twins += other != customer["name"]
    assert twins >= 2
