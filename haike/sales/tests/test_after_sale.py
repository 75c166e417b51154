"""What is due after the sale: renewals, warranties, visits; each told once and done by one click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from haike.catalog.testing import make_product
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.option import OptionValue
from haike.kernel.period import today
from haike.kernel.versioned import bump
from haike.people.testing import Staff
from haike.sales.after.terms import warranty_until
from haike.sales.contract.record import ACTIVE, Contract
from haike.sales.models import Opportunity
from haike.sales.shipment.record import Shipment, ShipmentLine
from haike.sales.testing import make_shipment, make_signed_order
from haike.talk.jobs import remind
from haike.talk.notice.record import Notice
from haike.work.follow_up.record import FollowUp

Browse = Callable[[Any], Client]
Run = Callable[[], None]
pytestmark = pytest.mark.feature("K8")
DAY = timedelta(days=1)


def choose(key: str, value: Any) -> None:
    OptionValue.objects.update_or_create(key=key, defaults={"value": value})
    bump("options")


@pytest.fixture
def run(django_capture_on_commit_callbacks: Any) -> Callable[[], None]:
    """The job that reminds, twice: nobody is told twice."""

    def twice() -> None:
        for _turn in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                remind.func()

    return twice


def contract(by: Any, customer: Any, ends_in: int, **values: Any) -> Contract:
    made: Contract = entity_of(Contract).create(
        by=by, customer=customer, subject=values.pop("subject", "年度维保"), amount=Decimal(1200),
        signed_on=today() - DAY, starts_on=today() - 300 * DAY, ends_on=today() + ends_in * DAY, **values,
    )  # fmt: skip
    signed: Contract = entity_of(Contract).change(made, by=by, state=ACTIVE)
    return signed


def rows_of(page: Any) -> str:
    """The table of a list, without the strip of tabs above it."""
    text: str = page.content.decode()
    return text[text.index("<main") :]


def told(kind: str) -> list[tuple[int, int]]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user_id", "record_id"))


def test_contracts_are_reminded_of_once_by_the_setting_or_their_own_days(
    staff: Staff, browse: Browse, run: Run
) -> None:
    customer = make_customer(staff.ann)
    usual = contract(staff.ann, customer, 30, subject="到期三十天")
    early = contract(staff.ann, customer, 100, subject="提前百天", remind_days=120)
    late = contract(staff.ann, customer, 20, subject="只提前五天", remind_days=5)
    contract(staff.ann, customer, 31, subject="还早")
    run()
    assert told("contract_ends") == [(staff.ann.pk, usual.pk), (staff.ann.pk, early.pk)]
    page = browse(staff.ann).get("/contracts/?tab=to_renew").content.decode()
    assert "到期三十天" in page
    assert "提前百天" in page
    assert "只提前五天" not in page
    assert "还早" not in page
    home = browse(staff.ann).get("/today/").content.decode()
    assert home.count("提前百天") >= 2  # the card, and the notice of today
    assert browse(staff.cat).get("/contracts/?tab=to_renew").content.decode().count("到期三十天") == 0
    choose("contracts.renewal_days", 31)
    assert "还早" in browse(staff.ann).get("/contracts/?tab=to_renew").content.decode()
    entity_of(Contract).change(late, by=staff.ann, remind_days=21)
    run()
    assert (staff.ann.pk, late.pk) in told("contract_ends")


def test_a_renewal_begins_as_an_opportunity_or_as_a_contract_by_one_click(
    staff: Staff, browse: Browse, run: Run
) -> None:
    ann, old = browse(staff.ann), contract(staff.ann, make_customer(staff.ann), 10, remind_days=40)
    assert f"/contracts/{old.pk}/renewal" in ann.get(f"/contracts/{old.pk}/").content.decode()
    assert browse(staff.cat).post(f"/contracts/{old.pk}/renewal").status_code == 404
    assert ann.get(f"/contracts/{old.pk}/renewal").status_code == 405
    assert ann.post(f"/contracts/{old.pk}/renewal").status_code == 302
    chance = Opportunity.objects.get()
    assert (chance.customer_id, chance.amount, chance.closes_on, chance.kind) == (
        old.customer_id, 1200, old.ends_on, "repeat",
    )  # fmt: skip
    old.refresh_from_db()
    assert old.renewal_id == chance.pk
    page = ann.get(f"/contracts/{old.pk}/").content.decode()
    assert f"/opportunities/{chance.pk}/" in page
    assert f"/contracts/{old.pk}/renewal" not in page
    assert ann.post(f"/contracts/{old.pk}/renewal").status_code == 422
    assert ann.post(f"/contracts/{old.pk}/renew").status_code == 302
    new = Contract.objects.get(renews=old.pk)
    assert (new.opportunity_id, new.remind_days, new.starts_on) == (chance.pk, 40, old.ends_on + DAY)
    assert f'href="/contracts/{old.pk}/"' not in rows_of(ann.get("/contracts/?tab=to_renew"))
    run()
    assert told("contract_ends") == []
    assert Opportunity.objects.count() == 1


@pytest.mark.parametrize(
    ("months", "since", "until"),
    [
        (12, date(2026, 5, 15), date(2027, 5, 14)),
        (1, date(2026, 1, 31), date(2026, 2, 28)),
        (6, date(2026, 8, 31), date(2027, 2, 28)),
        (3, date(2026, 10, 1), date(2026, 12, 31)),
        (None, date(2026, 10, 1), None),
        (0, date(2026, 10, 1), None),
    ],
)
def test_a_warranty_lasts_whole_months(months: int | None, since: date, until: date | None) -> None:
    assert warranty_until(months, since) == until


def shipped(staff: Staff, product: Any, **values: Any) -> Shipment:
    order = make_signed_order(
        staff.ann,
        make_customer(staff.ann),
        {"product": product.pk, "name": product.name, "quantity": "2", "price": "100"},
    )
    made = make_shipment(staff.ann, order, **values)
    found: Shipment = Shipment.objects.get(pk=made.pk)
    return found


def test_what_was_shipped_has_a_warranty_from_the_day_it_was_signed_for(staff: Staff, browse: Browse, run: Run) -> None:
    machine = make_product(staff.boss, "条码打印机", warranty_months=1)
    sent = shipped(staff, machine, shipped_on=today() - 10 * DAY)
    line = ShipmentLine.objects.get()
    assert line.warranty_until == warranty_until(1, today() - 10 * DAY)
    ann = browse(staff.ann)
    assert ann.post(f"/shipments/{sent.pk}/do/sign_for", {"signed_for_on": (today() - 5 * DAY).isoformat()}).status_code
    line.refresh_from_db()
    ends = warranty_until(1, today() - 5 * DAY)
    assert ends is not None
    assert line.warranty_until == ends
    entity_of(type(machine)).change(machine, by=staff.boss, warranty_months=24)
    entity_of(Shipment).change(Shipment.objects.get(), by=staff.ann, remark="随货附保修卡")
    line.refresh_from_db()
    assert line.warranty_until == ends  # what was promised then

    for url in (
        f"/customers/{sent.customer_id}/panel/warranty",
        f"/shipments/{sent.pk}/",
        "/shipments/lines?warranty=holds",
        "/shipments/lines?warranty=ends",
    ):
        assert ends.isoformat() in ann.get(url).content.decode(), url
    assert ends.isoformat() not in ann.get("/shipments/lines?warranty=over").content.decode()
    assert browse(staff.cat).get(f"/customers/{sent.customer_id}/panel/warranty").status_code == 404
    run()
    assert told("warranty_ends") == [(staff.ann.pk, sent.pk)]
    assert "条码打印机" in ann.get("/notices/").content.decode()


def test_a_visit_is_due_after_signing_told_and_made_once(staff: Staff, browse: Browse, run: Run) -> None:
    quick = make_product(staff.boss, "扫码枪", visit_days=3)
    sent = shipped(staff, quick, shipped_on=today() - 20 * DAY)
    assert sent.visit_on is None  # nobody has signed for it
    ann = browse(staff.ann)
    ann.post(f"/shipments/{sent.pk}/do/sign_for", {"signed_for_on": (today() - 3 * DAY).isoformat()})
    sent.refresh_from_db()
    assert sent.visit_on == today()
    run()
    assert told("after_sale_visit") == [(staff.ann.pk, sent.pk)]
    assert sent.number in ann.get("/shipments/?tab=visit").content.decode()
    home = ann.get("/today/").content.decode()
    assert f"/shipments/{sent.pk}/visit" in home
    assert f"/shipments/{sent.pk}/visit" not in browse(staff.cat).get("/today/").content.decode()
    assert browse(staff.cat).post(f"/shipments/{sent.pk}/visit", {"content": "x"}).status_code == 404
    assert ann.post(f"/shipments/{sent.pk}/visit", {"manner": "call", "content": ""}).status_code == 422
    assert FollowUp.objects.count() == 0
    assert ann.post(f"/shipments/{sent.pk}/visit", {"manner": "call", "content": "使用正常"}).status_code == 302
    talk = FollowUp.objects.get()
    assert (talk.customer_id, talk.content, talk.subject) == (sent.customer_id, "使用正常", "service")
    sent.refresh_from_db()
    assert sent.visited_on == today()
    assert ann.post(f"/shipments/{sent.pk}/visit", {"manner": "call", "content": "再次"}).status_code == 422
    assert FollowUp.objects.count() == 1
    assert sent.number not in ann.get("/shipments/?tab=visit").content.decode()
    assert f"/shipments/{sent.pk}/visit" not in ann.get("/today/").content.decode()


def test_the_setting_says_when_and_a_product_may_say_otherwise(staff: Staff) -> None:
    choose("after_sale.visit_from", "shipped")
    choose("after_sale.visit_days", 14)
    usual = shipped(staff, make_product(staff.boss, "标签纸"), shipped_on=today())
    assert usual.visit_on == today() + 14 * DAY
    never = shipped(staff, make_product(staff.boss, "吊牌", visit_days=0), shipped_on=today())
    assert never.visit_on is None
    choose("after_sale.visit_days", 0)
    assert shipped(staff, make_product(staff.boss, "碳带"), shipped_on=today()).visit_on is None
