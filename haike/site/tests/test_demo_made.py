"""The sample company made in other ways: twice of the same seed, by two processes, by the command line."""

from typing import Any

import pytest
from django.db import connection

from haike.customers.models import Contact, Customer
from haike.kernel.record import writer
from haike.people.models import User
from haike.site.cli import demo as demo_command
from haike.site.cli.progress import Bar
from haike.site.demo.make import make_demo
from haike.site.demo.remove import remove_sample
from haike.site.demo.staff import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody"), pytest.mark.feature("P41")]
thought_up = pytest.mark.sqlite
"""For what the maker thinks up, which no database changes; making a company takes long."""


@thought_up
def test_the_same_seed_gives_the_same_company(db: None) -> None:
    made = []
    for _time in range(2):
        make_demo(20, seed=5)
        made.append(list(Customer.objects.order_by("number").values_list("number", "name", "phone")))
        remove_sample(by=User.objects.get(username="boss"))
        with writer():
            # Whoever stays makes room for the people of the second company.
            for person in User._base_manager.all():
                User._base_manager.filter(pk=person.pk).update(username=f"former{person.pk}", phone="", email="")
    assert made[0] == made[1]


@pytest.mark.django_db(transaction=True)
def test_a_large_one_is_written_by_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes are set aside and come back, references hold; no read that was not finished keeps a table locked."""
    before = indexes()
    monkeypatch.setattr("haike.site.demo.make.LARGE", 1)
    monkeypatch.setattr("haike.site.demo.past_leads.READ", 1)
    make_demo(40)
    assert indexes() == before
    assert Contact.objects.exclude(customer__in=Customer.objects.all()).count() == 0


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Customer._meta.db_table)
    return set(found)


@thought_up
def test_by_the_command_line(db: None, settings: Any, tmp_path: Any) -> None:
    settings.HAIKE_DATA = tmp_path
    demo_command.make(30, Bar())
    assert Customer.objects.count() == 30
    assert PASSWORD in (tmp_path / "sample-accounts.json").read_text()
