"""What a product costs whom: breaks, classes, units, currencies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haike.catalog.price import offers_for, price_for, sellable
from haike.catalog.testing import make_price, make_product, make_unit
from haike.customers.models import PriceClass
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.people.models import ExchangeRate
from haike.people.testing import Staff
from haike.refused import Refused

pytestmark = [pytest.mark.feature("I3"), pytest.mark.django_db]
SETUP = System("setup")


def classed(name: str) -> PriceClass:
    found: PriceClass = PriceClass.objects.get(name_en=name)
    return found


def test_a_product_costs_its_standard_price_where_nothing_else_is_said(staff: Staff) -> None:
    offer = price_for(make_product(staff.boss, price="100", floor_price="80", lowest_discount="85", cost_price="60"))
    assert offer.price == offer.price == Decimal(100)
    assert offer.price_class == classed("Standard price")
    assert (offer.floor, offer.lowest_discount, offer.tax_rate, offer.cost) == (80, 85, 13, 60)


def test_the_class_of_the_customer_decides_and_else_its_percent(staff: Staff) -> None:
    vip = classed("VIP price")
    customer = make_customer(staff.ann, price_class=vip)
    plain, listed = make_product(staff.boss, price="100"), make_product(staff.boss, name="乙", price="100")
    make_price(staff.boss, listed, vip, "77.5")
    assert price_for(plain, customer=customer).price == 90
    assert price_for(listed, customer=customer).price == Decimal("77.5")
    assert price_for(listed).price == 100
    assert price_for(listed, customer=customer, price_class=classed("Wholesale price")).price == 80


def test_a_unit_holds_many_or_has_a_price_of_its_own(staff: Staff) -> None:
    product = make_product(staff.boss, price="2.5", floor_price="2", cost_price="1.2")
    box = make_unit(staff.boss, product, "箱", "24")
    offer = price_for(product, unit=box)
    assert (offer.price, offer.floor, offer.cost) == (60, 48, Decimal("28.8"))
    make_price(staff.boss, product, classed("Standard price"), "55", unit=box)
    assert price_for(product, unit=box).price == 55
    other = make_product(staff.boss, name="乙")
    with pytest.raises(Refused):
        price_for(other, unit=box)


def test_a_break_in_the_own_unit_is_reached_by_boxes(staff: Staff) -> None:
    product = make_product(staff.boss, price="10")
    box = make_unit(staff.boss, product, "箱", "24")
    make_price(staff.boss, product, classed("Standard price"), "9", min_quantity="100")
    assert price_for(product, quantity=Decimal(4), unit=box).price == 240
    assert price_for(product, quantity=Decimal(5), unit=box).price == 216


def test_prices_come_in_the_currency_asked_for(staff: Staff) -> None:
    product = make_product(staff.boss, price="720", floor_price="360")
    assert price_for(product, currency="USD").price is None
    entity_of(ExchangeRate).create(by=SETUP, currency="USD", on=date(2026, 1, 1), rate=Decimal("7.2"))
    offer = price_for(product, currency="USD")
    assert (offer.price, offer.floor) == (100, 50)
    make_price(staff.boss, product, classed("Standard price"), "95", currency="USD")
    assert price_for(product, currency="USD").price == 95
    assert price_for(product).price == Decimal("684")


def test_many_offers_ask_as_few_questions_as_one(staff: Staff) -> None:
    vip, products = classed("VIP price"), [make_product(staff.boss, name=f"产品{n}", price=n) for n in range(1, 8)]
    for product in products:
        make_price(staff.boss, product, vip, "1")
    with CaptureQueriesContext(connection) as few:
        offers_for(products[:1], price_class=vip)
    with CaptureQueriesContext(connection) as many:
        found = offers_for(products, price_class=vip)
    assert len(many) == len(few) <= 3
    assert {offer.price for offer in found.values()} == {Decimal(1)}


def test_stopped_products_are_not_offered_in_lines(staff: Staff) -> None:
    on_sale, stopped = make_product(staff.boss), make_product(staff.boss, name="乙", on_sale=False)
    gone = make_product(staff.boss, name="丙")
    entity_of(gone).remove(gone, by=staff.boss)
    assert list(sellable(staff.ann)) == [on_sale]
    assert stopped not in sellable(staff.boss)
