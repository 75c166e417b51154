"""Titles of batches and jobs are read by each in his own language."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.customers.customer.record import Customer
from haike.customers.testing import make_customer
from haike.jobs.declare import asking
from haike.jobs.job import Job
from haike.jobs.jobs import remove_old_jobs
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.testing import Staff
from haike.said import said

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P24")]
ENTITY = entity_of(Customer)


def read(language: str) -> str:
    with translation.override(language):
        return str(Batch.objects.get().title)


def test_a_batch_is_called_in_the_language_of_its_reader(staff: Staff, client: Client) -> None:
    some = [make_customer(staff.ann, f"客户{number}") for number in range(2)]
    client.force_login(staff.ben)
    data = {"ids": [each.pk for each in some], "owner": staff.cat.pk, "sure": "1"}
    client.post("/customers/bulk/transfer", data)
    batch = Batch.objects.get()
    assert (read("zh-hans"), read("en")) == (f"把客户转给{staff.cat.name}", f"Transfer Customers to {staff.cat.name}")
    assert f"把客户转给{staff.cat.name}" in client.get("/batches/").content.decode()
    # What is read and saved again is still read by others in their own language.
    with translation.override("en"):
        batch.refresh_from_db()
        batch.save()
    assert read("zh-hans").startswith("把客户")


@pytest.mark.parametrize("name", ["100%(x)s", '\x1e[""]', "“引号”", "客户"])
def test_what_somebody_typed_stays_as_it_is(staff: Staff, name: str) -> None:
    start_batch(ENTITY, "edit", said(_("Undo: %(title)s"), title=said(_("Undo: %(title)s"), title=name)), by=staff.boss)
    assert read("en") == f"Undo: Undo: {name}"
    Batch.objects.update(title=name)
    assert read("en") == name.lstrip("\x1e")


def test_what_is_too_long_is_cut_in_the_language_of_the_writer(staff: Staff) -> None:
    with translation.override("zh-hans"):
        start_batch(ENTITY, "edit", said(_("Undo: %(title)s"), title="长" * 300), by=staff.boss)
    assert len(read("en")) == 200
    assert read("en").startswith("撤销")


def test_a_message_with_a_context_and_one_without_facts() -> None:
    title = said(pgettext_lazy("nowhere", "Just 100%"))
    assert title == "Just 100%"
    assert said(_("Undo")) == _("Undo")


def test_a_job_is_called_in_the_language_of_its_reader(staff: Staff) -> None:
    remove_old_jobs.enqueue()
    with asking(title=said(_("Undo: %(title)s"), title="x")):
        remove_old_jobs.enqueue()
    names = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            names[language] = [str(title) for title in Job.objects.order_by("pk").values_list("title", flat=True)]
    assert names["en"] == ["Remove old jobs and their files", "Undo: x"]
    assert not any(name.isascii() for name in names["zh-hans"])
