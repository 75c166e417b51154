"""Eight kinds of user walk over every surface of every kind of record, and the oracle agrees with all they get.

The walk itself must be able to fail: each test of the last part breaks one surface and the walk has to notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from haike.customers.models import Contact, Customer
from haike.exchange import export
from haike.fields.tests.owned import add
from haike.files.attachment import views as attachment_views
from haike.files.own_file import views as own_file_views
from haike.find.share import Share
from haike.jobs import views as job_views
from haike.jobs.job import Job, Status
from haike.kernel.entity import Entity, entities, entity_of
from haike.kernel.policy import Policy
from haike.kernel.record import RecordQuerySet
from haike.people.models import Alarm, RightsCheck, Role, User
from haike.people.proof import walk
from haike.people.proof.check import check_rights
from haike.people.proof.oracle import Oracle
from haike.people.proof.walk import PAGES, Sample, Walk, surfaces, walk_all
from haike.people.testing import Staff
from haike.people.user.actions import SETUP, make_user
from haike.screens import picker, record, tabs
from haike.talk.notice import feed
from haike.talk.notice.record import Notice
from tests.samples import make
from tests.world import USERS, Stage, World, build_stage, worlds

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X5", "P9")]


@dataclass(frozen=True)
class Cast:
    """The eight, and the records that they walk among."""

    users: dict[str, User]
    sample: Sample

    def walk(self, who: str, only: str = "", *, to_a_leak: bool = False) -> Walk:
        """One of them looks at everything, or at one surface, to its end or to the first leak."""
        user = self.users[who]
        found = Walk(User.objects.get(pk=user.pk), Oracle(), self.sample)
        with translation.override("zh-hans"):
            if not only:
                walk_all(found)
            else:
                for each in surfaces():
                    if each.key == only:
                        for entity in entities():
                            if not (to_a_leak and any(finding.leak for finding in found.findings)):
                                each.look(found, entity)
        return found


of_the_check = pytest.mark.sqlite
"""For how the check itself works, which is the same on every database; what it finds is asked on each."""


@pytest.fixture
def cast(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> Cast:
    # At night, too, something pops up for them.
    monkeypatch.setattr(feed, "may_pop_up", lambda user: True)

    def hire(username: str, name: str, role: str, department: Any) -> User:
        return make_user(username=username, name=name, roles=[role], department=department, manager=staff.boss)

    users = {
        "boss": staff.boss, "manager": staff.ben, "sales": staff.ann, "outsider": staff.cat,
        "director": hire("dora", "杜总监", "director", staff.company),
        "service": hire("sue", "苏小服", "service", staff.east),
        "limited": hire("lim", "李受限", "limited", staff.south),
        "maintenance": hire("mia", "米维护", "maintenance", staff.company),
    }  # fmt: skip
    # Sellers read the code of a customer and his licence, customer service does not.
    keeper = Client()
    keeper.force_login(staff.boss)
    code, licence = (add(keeper, kind, label=label) for kind, label in (("text", "客户暗号"), ("file", "执照")))
    kept = {code.key: "hidden", licence.key: "masked"}
    service = Role.objects.get(key="service")
    entity_of(Role).change(service, by=SETUP, field_rights={**service.field_rights, "customers.customer": kept})
    made: dict[str, dict[int, Any]] = {}
    for owner in (staff.ann, staff.cat):
        for entity in entities():
            if entity.creatable and not entity.label.startswith("people."):
                # What sales people may not make, such as a public sea, the boss makes.
                row = make(entity, by=owner if entity.policy.may(owner, "create") else staff.boss)
                made.setdefault(entity.label, {})[row.pk] = row
    for customer in Customer._base_manager.order_by("pk"):
        paper = SimpleUploadedFile("执照.txt", "执照".encode(), content_type="text/plain")
        values = {code.key: f"芝麻开门暗号{customer.pk}", licence.key: paper, "version": customer.version}
        assert keeper.post(f"/customers/{customer.pk}/edit", values).status_code == 302
    Job.objects.create(task="tests.export", title="导出", by=staff.ben, status=Status.DONE, finished_at=timezone.now())
    # What making some of them has made besides belongs to the sample too, so that it is whole.
    sample = Sample({e.label: {row.pk: row for row in e.model._base_manager.all()} for e in entities()}, whole=True)
    customers = list(Customer._base_manager.order_by("pk"))
    owned = {customer.owner_id: customer for customer in customers}
    Share.objects.create(entity="customers.customer", record_id=owned[staff.ann.pk].pk, user=staff.cat)
    for customer in customers:
        upload = SimpleUploadedFile(f"合同{customer.pk}.txt", "约定".encode(), content_type="text/plain")
        client = Client()
        client.force_login(staff.boss)
        assert client.post(f"/customers/{customer.pk}/attachments", {"files": upload, "complete": "1"}).status_code in (
            204,
            302,
        )
        for user in users.values():
            Notice.objects.create(
                user=user, kind="mention", entity="customers.customer", record_id=customer.pk, by=staff.boss,
                facts={"text": "请看一下"},
            )  # fmt: skip
    return Cast(users, sample)


PAIRS = [("boss", "manager"), ("sales", "outsider"), ("director", "service"), ("limited", "maintenance")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair",
    # Each walk takes long: half of them on either database, two by two, so that several processes share the work.
    [
        *(pytest.param(pair, marks=pytest.mark.sqlite) for pair in PAIRS[:2]),
        *(pytest.param(pair, marks=pytest.mark.postgresql) for pair in PAIRS[2:]),
    ],
    ids="+".join,
)
def test_every_surface_says_what_the_oracle_says(cast: Cast, pair: tuple[str, str]) -> None:
    assert {who for each in PAIRS for who in each} == set(cast.users)
    walks = {who: cast.walk(who) for who in pair}
    assert [(who, str(finding)) for who, walk in walks.items() for finding in walk.findings] == []
    # Nothing was left out: every surface has compared something for those who see something.
    for who in {"boss", "manager", "sales", "outsider"} & set(pair):
        assert {each.key for each in surfaces()} - set(walks[who].asked) == set(), who
        assert walks[who].asked["pages"] >= len(PAGES)


def test_the_surfaces_of_the_feature_list_are_all_there() -> None:
    known = {each.key for each in surfaces()}
    wanted = {"page", "list", "count", "search", "picker", "api", "export", "log", "palette", "attachment", "notice"}
    assert wanted | {"stream", "digest", "comment", "card", "tab", "webhook", "print"} <= known
    money = {"statements", "truth", "lines", "sums", "files", "acts"}
    assert {"own_field", "own_file", "job", "export_file"} | money <= known


# -- the walk can fail -----------------------------------------------------------------------------------------------


def everything(self: Any, *args: Any, **options: Any) -> Any:
    return self.live()


def open_scope(patch: pytest.MonkeyPatch, boss: User) -> None:
    scope = Policy.scope
    patch.setattr(
        Policy, "scope", lambda policy, user, action="view": replace(scope(policy, user, action), everything=True)
    )


def open_reading(patch: pytest.MonkeyPatch, boss: User) -> None:
    patch.setattr(RecordQuerySet, "visible_to", everything)


def open_export(patch: pytest.MonkeyPatch, boss: User) -> None:
    def keys(order: Any, user: Any) -> Iterator[int]:
        return iter(order.entity.model._base_manager.values_list("pk", flat=True))

    patch.setattr(export.Order, "keys", keys)


def open_picker(patch: pytest.MonkeyPatch, boss: User) -> None:
    pick = picker.pick
    patch.setattr(picker, "pick", lambda entity, user, words, limit=20: pick(entity, boss, words, limit))


def open_attachments(patch: pytest.MonkeyPatch, boss: User) -> None:
    find = attachment_views.find
    patch.setattr(attachment_views, "find", lambda user, pk: find(boss, pk))


def open_log(patch: pytest.MonkeyPatch, boss: User) -> None:
    find = record.find_record
    patch.setattr(record, "find_record", lambda entity, user, pk, **more: find(entity, boss, pk))


def open_tabs(patch: pytest.MonkeyPatch, boss: User) -> None:
    for_all = tabs.tabs_for
    patch.setattr(record, "tabs_for", lambda user, entity: for_all(boss, entity))


def open_fields(patch: pytest.MonkeyPatch, boss: User) -> None:
    patch.setattr(Entity, "right", lambda entity, user, name: "edit")


def open_jobs(patch: pytest.MonkeyPatch, boss: User) -> None:
    patch.setattr(job_views, "visible_jobs", lambda user: Job.objects.all())


def open_files(patch: pytest.MonkeyPatch, boss: User) -> None:
    find = own_file_views.find_record
    patch.setattr(own_file_views, "find_record", lambda entity, user, pk: find(entity, boss, pk))


LEAKS = {
    "page": open_scope, "log": open_log, "list": open_scope, "count": open_scope, "search": open_scope,
    "picker": open_picker, "api": open_scope, "export": open_export, "palette": open_scope,
    "attachment": open_attachments, "notice": open_reading, "digest": open_reading, "stream": open_reading,
    "comment": open_reading,
    "card": open_reading, "tab": open_tabs, "webhook": open_scope, "own_field": open_fields, "own_file": open_files,
    "job": open_jobs, "export_file": open_export,
    **dict.fromkeys(("statements", "truth", "lines", "sums", "files", "acts", "print", "pivot"), open_scope),
}  # fmt: skip


@of_the_check
@pytest.mark.slow
def test_the_walk_notices_a_leak_of_each_surface(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(LEAKS) == {each.key for each in surfaces()}
    for key, leak in LEAKS.items():
        with monkeypatch.context() as patch:
            leak(patch, cast.users["boss"])
            # Sales people export nothing at all, so there it is Ben who gets too much.
            # And a tab scheme hides tabs from customer service only.
            who = {
                "export": "manager",
                "export_file": "manager",
                "files": "manager",
                "tab": "service",
                "own_field": "service",
            }.get(key, "outsider")
            leaks = [finding for finding in cast.walk(who, key, to_a_leak=True).findings if finding.leak]
        assert leaks, f"{key} leaks and the walk does not notice"
        assert {finding.surface for finding in leaks} == {key}


@of_the_check
def test_the_walk_notices_what_is_missing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordQuerySet, "visible_to", lambda self, *args: self.none())
    assert [finding for finding in cast.walk("sales", "comment").findings if not finding.leak]


@of_the_check
def test_the_walk_notices_a_masked_number_in_full(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    role = Role.objects.get(key="service")
    hidden = {"customers.customer": {"phone": "masked"}, "customers.contact": {"phone": "masked", "mobile": "hidden"}}
    entity_of(Role).change(role, by=SETUP, field_rights=hidden)
    for customer in Customer._base_manager.all():
        entity_of(Customer).change(customer, by=SETUP, phone=f"138{customer.pk:08}")
        cast.sample.records["customers.customer"][customer.pk] = Customer.objects.get(pk=customer.pk)
    assert cast.walk("service", "page").findings == []
    assert cast.walk("service", "webhook").findings == []
    monkeypatch.setattr(Entity, "right", lambda self, user, name: "edit")
    found = cast.walk("service", "page").findings
    assert any("(phone)" in finding.where for finding in found)
    assert any("(phone)" in finding.where for finding in cast.walk("service", "webhook").findings)


# -- on live data ----------------------------------------------------------------------------------------------------


@of_the_check
def test_a_check_is_written_down_and_a_leak_raises_an_alarm(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    few = {each.key: each for each in surfaces() if each.key in ("picker", "list")}
    monkeypatch.setattr(walk, "surfaces", few.values)
    run = check_rights(users=20, records=1, seed=1)
    assert run.findings == []
    assert run.users >= len(cast.users)
    assert run.questions > 100
    assert not Alarm.objects.exists()
    with monkeypatch.context() as patch:
        open_picker(patch, cast.users["boss"])
        patch.delitem(few, "list")
        leaky = check_rights(users=20, records=1, seed=1)
    assert leaky.leaks
    alarm = Alarm.objects.get()
    assert alarm.kind == "rights"
    client.force_login(cast.users["boss"])
    page = client.get("/settings/rights-check/").content.decode()
    assert "看到了不该看的" in page
    assert "选择框" in page
    assert "权限检查发现" in client.get("/settings/alarms/").content.decode()
    good = client.get(f"/settings/rights-check/?run={run.pk}").content.decode()
    assert "每一处都和权限一致" in good
    assert client.post("/settings/rights-check/now").status_code == 302
    client.force_login(cast.users["manager"])
    assert client.get("/settings/rights-check/").status_code == 404
    assert client.post("/settings/rights-check/now").status_code == 404


@of_the_check
def test_a_check_keeps_to_its_time(cast: Cast) -> None:
    run = check_rights(users=50, records=3, seconds=0.0)
    assert run.users <= 1
    assert run.questions < 200


@of_the_check
def test_a_check_writes_nothing_but_its_result(cast: Cast) -> None:
    before = {entity.label: list(entity.model._base_manager.values_list("pk", "version")) for entity in entities()}
    check_rights(users=2, records=1, seed=2)
    after = {entity.label: list(entity.model._base_manager.values_list("pk", "version")) for entity in entities()}
    assert before == after
    assert RightsCheck.objects.count() == 1


# -- in random companies ---------------------------------------------------------------------------------------------


@pytest.fixture
def stage(db: None) -> Stage:
    return build_stage()


@pytest.mark.slow
@settings(
    max_examples=4, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(world=worlds(), place=st.integers(0, USERS - 1))
def test_in_random_companies(stage: Stage, world: World, place: int) -> None:
    """Both oracles agree with each other, and the surfaces with them."""
    stage.play(world)
    sample, oracle = Sample(whole=True), Oracle()
    for model in (Customer, Contact):
        sample.records[entity_of(model).label] = {row.pk: row for row in model._base_manager.all()}
    for number, customer in enumerate(stage.customers):
        fresh = sample.records["customers.customer"][customer.pk]
        for user, who in enumerate(stage.users):
            for action in ("view", "edit", "export"):
                assert oracle.may(who.pk, action, entity_of(Customer), fresh) == world.may(user, action, number)
    looked = Walk(User.objects.get(pk=stage.users[place].pk), oracle, sample)
    for each in surfaces():
        if each.key in ("list", "count", "search", "picker", "api", "export", "palette", "page"):
            for model in (Customer, Contact):
                each.look(looked, entity_of(model))
    assert looked.findings == []
