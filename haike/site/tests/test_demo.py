"""The sample company in the database: complete like what people enter, and gone without trace when it is removed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from haike.customers.models import Contact, Customer
from haike.files.attachment.actions import attach_link
from haike.find.index import tokens
from haike.find.index.table import table
from haike.jobs.testing import run_ready_jobs
from haike.kernel import change, search
from haike.kernel.change import fill_keys
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.numbers import Counter
from haike.kernel.option import OptionValue
from haike.kernel.policy import System
from haike.people.company.profile import company
from haike.people.models import Department, User
from haike.people.testing import send_staff_away
from haike.pools.models import Pool
from haike.refused import Refused
from haike.sales.lead.record import CONVERTED, FOLLOWING, STATES, TO_DO, UNASSIGNED
from haike.sales.models import CallNote, Lead, LeadFollowUp
from haike.sales.note.record import OPEN
from haike.site.demo import remove as removal
from haike.site.demo.make import make_demo
from haike.site.demo.remove import remove_sample
from haike.site.demo.staff import PASSWORD
from haike.site.guide import sample_present, steps
from haike.work.models import FollowUp
from tests.kept_database import put_back

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P41")]
thought_up = pytest.mark.sqlite
"""For what the maker thinks up, which no database changes; making a company takes long."""
MODELS = (Customer, Contact, FollowUp)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Made once: what a test does with it, its transaction takes back."""
    with django_db_blocker.unblock():
        send_staff_away()
        make_demo(60)
    yield
    with django_db_blocker.unblock():
        put_back()


def named(username: str) -> User:
    return User.objects.get(username=username)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(named(username))
    return client


def texts(model: Any) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id, text FROM "{table(model)}"')
        return dict(cursor.fetchall())


def test_its_size(demo: None) -> None:
    assert Customer.objects.live().count() == 60
    assert Contact.objects.live().count() > 60
    assert FollowUp.objects.live().count() > 60
    assert User.objects.live().filter(archived_at=None).count() == 30
    assert Department.objects.live().count() == 13
    assert sample_present()


@thought_up
def test_everybody_can_sign_in(demo: None, client: Client) -> None:
    answer = client.post("/signin", {"username": "ann", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/customers/").status_code == 200


@thought_up
def test_ann_reports_to_gary_who_reports_to_ben(demo: None) -> None:
    assert named("ann").manager == named("gary")
    assert named("gary").manager == named("ben")
    seen = [Customer.objects.visible_to(named(name)).count() for name in ("ann", "gary", "ben", "boss")]
    assert 0 < seen[0] < seen[1] < seen[2] < seen[3] == 60


@pytest.mark.parametrize("model", MODELS)
def test_every_record_is_what_the_program_itself_would_have_stored(demo: None, model: Any) -> None:
    """Computed fields, log and search text are the same as after `change.create`."""
    entity, indexed = entity_of(model), texts(model)
    logged = Change.objects.filter(entity=entity.label, action="create").values_list("record_id", flat=True)
    assert sorted(logged) == sorted(indexed) == sorted(model.objects.values_list("pk", flat=True))
    for record in model.objects.all():
        stored = {field.attname: getattr(record, field.attname) for field in model._meta.concrete_fields}
        fill_keys(record)
        record.prepare()
        record.clean_fields(exclude=["owner"])
        record.clean()
        computed = {field.attname: getattr(record, field.attname) for field in model._meta.concrete_fields}
        assert stored == computed
        assert set(tokens.fold_parts(entity.search_text(record))) == set(indexed[record.pk].split(tokens.SEPARATOR))


@thought_up
def test_the_facts_of_customers_follow_from_their_talks(demo: None) -> None:
    for customer in Customer.objects.all():
        newest = FollowUp.objects.filter(customer=customer).order_by("-at", "-id").first()
        visits = FollowUp.objects.filter(customer=customer, manner="visit").order_by("-at")
        assert customer.last_contact_at == (newest.at if newest else None)
        assert customer.next_contact_at == (newest.next_at if newest else None)
        assert customer.last_visit_at == visits.values_list("at", flat=True).first()
        assert customer.main_contact is None or customer.main_contact.customer_id == customer.pk


def test_it_is_found_by_words_and_pinyin(demo: None) -> None:
    customer = Customer.objects.exclude(owner=None).first()
    scope = entity_of(Customer).policy.scope(named("boss"))
    assert customer.pk in search.match(Customer, customer.name[2:6], scope, 20)


def test_the_next_customer_gets_the_next_number(demo: None) -> None:
    month = f"KH{timezone.localdate():%Y%m}-"
    before = Customer.objects.filter(number__startswith=month).count()
    client = signed_in("ann")
    answer = client.post(
        "/customers/new", {"name": "佛山市启明新材料有限公司", "form": "business", "kind": "potential"}
    )
    assert answer.status_code == 302, answer.content.decode()
    made = Customer.objects.get(name="佛山市启明新材料有限公司")
    assert made.number == f"{month}{before + 1:05}"
    assert made.pk == max(Customer.objects.values_list("pk", flat=True))


@thought_up
def test_a_second_one_is_refused(demo: None) -> None:
    with pytest.raises(Refused):
        make_demo(10)


# Removing it


def test_removing_gives_an_empty_company(demo: None) -> None:
    boss = named("boss")
    client = signed_in("boss")
    assert "/settings/samples" in client.get("/customers/").content.decode()
    assert client.get("/settings/samples").status_code == 200
    client.post("/settings/samples")
    for model in (*MODELS, Lead, LeadFollowUp, CallNote, Pool):
        assert not model._base_manager.exists()
        assert not texts(model)
        assert not Change.objects.filter(entity=entity_of(model).label).exists()
    assert list(User._base_manager.all()) == [boss]
    assert not Department._base_manager.exists()
    assert not Counter.objects.filter(key__startswith="KH").exists()
    assert not company().name
    assert not sample_present()
    assert named("boss").must_change_password


def test_what_users_made_stays(demo: None, django_assert_max_num_queries: Any) -> None:
    ann = named("ann")
    changed, talked, filed, other = Customer.objects.filter(owner=ann)[:4]
    attach_link(filed, "https://example.com/", by=ann)
    contacts = set(Contact.objects.filter(customer__in=[changed, talked, filed]).values_list("pk", flat=True))
    change.change(changed, by=ann, remark="Called twice")
    entity_of(FollowUp).create(by=ann, customer=talked, content="They want samples", manner="call")
    own = entity_of(Customer).create(by=ann, name="佛山市启明新材料有限公司")
    # Not some hundred for each person: all are looked for together.
    with django_assert_max_num_queries(4_000):
        done = remove_sample(by=named("boss"))
    assert done.kept == 3
    assert set(Customer.objects.values_list("pk", flat=True)) == {changed.pk, talked.pk, filed.pk, own.pk}
    assert set(Contact.objects.values_list("pk", flat=True)) == contacts
    assert not Customer._base_manager.filter(pk=other.pk).exists()
    # Ann is named in what she wrote, so only her account is closed.
    assert not named("ann").is_active
    assert set(User.objects.values_list("username", flat=True)) >= {"ann", "boss"}
    assert Change.objects.filter(entity="customers.customer", record_id=changed.pk).count() == 2


@thought_up
def test_a_large_one_is_removed_by_a_job(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haike.site.sample_pages.AT_ONCE", 10)
    client = signed_in("boss")
    answer = client.post("/settings/samples")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/jobs/")
    assert Customer.objects.exists()
    run_ready_jobs()
    assert not Customer.objects.exists()


@thought_up
def test_only_administrators_remove_it(demo: None) -> None:
    client = signed_in("ann")
    assert client.get("/settings/samples").status_code == 404
    assert client.post("/settings/samples").status_code == 404
    with pytest.raises(Refused):
        remove_sample(by=named("ann"))
    assert Customer.objects.count() == 60


# First steps


@thought_up
def test_the_first_steps_are_ticked_by_what_is_there(demo: None) -> None:
    assert [step.done for step in steps()] == [False, False, False, False]
    boss = named("boss")
    customer = entity_of(Customer).create(by=boss, name="佛山市启明新材料有限公司")
    entity_of(FollowUp).create(by=boss, customer=customer, content="Talked about prices", manner="call")
    assert [step.done for step in steps()] == [False, False, True, True]


@thought_up
def test_the_note_tells_what_was_made(demo: None) -> None:
    note = OptionValue.objects.get(key="site.sample").value
    assert len(note["users"]) == 30
    assert set(note["rows"]) == {entity_of(model).label for model in MODELS}
    assert removal.sample_size() == 60


# Leads and call notes


@thought_up
def test_leads_lie_in_all_states_and_look_as_if_people_had_written_them(demo: None) -> None:
    states = set(Lead.objects.values_list("state", flat=True))
    assert states == set(STATES)
    assert Lead.objects.live().count() == 30
    assert Lead.objects.filter(state=UNASSIGNED, pool=None).count() == 0
    assert Lead.objects.filter(state=CONVERTED, customer=None).count() == 0
    for model in (Lead, LeadFollowUp, CallNote):
        entity, indexed = entity_of(model), texts(model)
        logged = Change.objects.filter(entity=entity.label).values_list("record_id", flat=True)
        assert sorted(logged) == sorted(indexed) == sorted(model.objects.values_list("pk", flat=True))
        for record in model.objects.all():
            stored = {field.attname: getattr(record, field.attname) for field in model._meta.concrete_fields}
            fill_keys(record)
            record.prepare()
            record.clean_fields(exclude=["owner"])
            record.clean()
            assert stored == {field.attname: getattr(record, field.attname) for field in model._meta.concrete_fields}
            found = set(tokens.fold_parts(entity.search_text(record)))
            assert found == set(indexed[record.pk].split(tokens.SEPARATOR))
    for lead in Lead.objects.all():
        newest = LeadFollowUp.objects.filter(lead=lead).order_by("-at", "-id").first()
        assert lead.last_contact_at == (newest.at if newest else None)
    ann = signed_in("ann")
    for path in ("/leads/", "/leads/?tab=sea", "/call-notes/?tab=open"):
        assert ann.get(path).status_code == 200
    assert CallNote.objects.filter(state=OPEN, owner=named("ann")).exists()


def test_what_people_did_with_leads_stays(demo: None) -> None:
    ann = named("ann")
    changed, talked, noted = Lead.objects.filter(state__in=(TO_DO, FOLLOWING)).order_by("pk")[:3]
    change.change(changed, by=System("test"), remark="改过")
    change.create(LeadFollowUp, by=ann, lead=talked, content="谈过", manner="call", at=timezone.now())
    note = CallNote.objects.filter(state=OPEN).order_by("pk").first()
    change.change(note, by=System("test"), text="补充了一句")
    converted = Lead.objects.filter(state=CONVERTED).first()
    assert converted is not None
    change.settle(Lead, noted.pk, customer=converted.customer_id)
    change.change(noted, by=System("test"), remark="这个客户的线索")
    remove_sample(by=named("boss"))
    assert set(Lead._base_manager.values_list("pk", flat=True)) == {changed.pk, talked.pk, noted.pk}
    assert list(CallNote._base_manager.values_list("pk", flat=True)) == [note.pk]
    assert LeadFollowUp._base_manager.filter(lead=talked).exists()
    # What a lead that stays has become stays with it.
    assert list(Customer._base_manager.values_list("pk", flat=True)) == [converted.customer_id]
