"""Claim cases: who may file, who sees what, what a ruling does."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from haike.bulk.undo import undo_batch
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.claim.record import ClaimCase
from haike.find.share import Share
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.option import choose, options
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.refused import Refused
from haike.talk.notice.record import Notice
from haike.work.follow_up.record import FollowUp

NAME = "深圳市海蓝科技有限公司"
TYPED = "海蓝科技"
SECRETS = (NAME, "13800138000", "钱多多", "南山路十八号")
WORDS = "去年三月已上门拜访，样品单在此"


def rule(key: str, value: Any) -> None:
    choose(next(each for each in options() if each.key == f"dedupe.{key}"), value)


def make_record(staff: Staff) -> Any:
    one = make_customer(staff.ann, NAME, mobile="13800138000", address="南山路十八号")
    make_contact(staff.ann, one, "钱多多", mobile="13900139000")
    return one


def way_in(client: Any, typed: str = TYPED) -> str:
    said = client.post("/customers/likeness?field=name", {"name": typed}, headers={"HX-Request": "true"})
    found = re.search(r'href="(/claims/new\?[^"]+)"', said.content.decode())
    assert found, said.content.decode()
    return unescape(found[1])


def file_one(client: Any, evidence: str = WORDS, reason: str = "first") -> Any:
    url = way_in(client)
    ticket = re.search(r'name="ticket" value="([^"]+)"', client.get(url).content.decode())
    assert ticket
    return client.post("/claims/new", {"ticket": unescape(ticket[1]), "reason": reason, "evidence": evidence})


@pytest.fixture
def case(staff: Staff, browse: Any, django_capture_on_commit_callbacks: Any) -> ClaimCase:
    make_record(staff)
    with django_capture_on_commit_callbacks(execute=True):
        assert file_one(browse(staff.cat)).status_code == 302
    return ClaimCase.objects.get()


@pytest.mark.feature("X2")
def test_the_note_leads_to_a_case_and_says_nothing_else(staff: Staff, browse: Any) -> None:
    one, cat = make_record(staff), browse(staff.cat)
    url = way_in(cat)
    pages = [cat.get(url).content.decode()]
    assert file_one(cat).status_code == 302
    case = ClaimCase.objects.get()
    assert (case.record_id, case.claimant, case.owner, case.subject) == (one.pk, staff.cat, staff.ann, TYPED)
    pages += [cat.get("/claims/").content.decode(), cat.get(case.url).content.decode()]
    assert WORDS in pages[-1]
    for page in pages:
        assert not [secret for secret in (*SECRETS, one.number, f"/customers/{one.pk}") if secret in page]


@pytest.mark.feature("X2")
def test_the_note_says_until_when_it_is_protected(staff: Staff, browse: Any) -> None:
    one = make_record(staff)
    until = timezone.now() + timedelta(days=9)
    with writer():
        Customer._base_manager.filter(pk=one.pk).update(protected_until=until)
    said = browse(staff.cat).post("/customers/likeness?field=name", {"name": TYPED}).content.decode()
    assert staff.ann.name in said
    assert f"{timezone.localtime(until):%Y-%m-%d}" in said


@pytest.mark.feature("X2")
def test_owner_and_arbiter_are_told_and_the_owner_answers(staff: Staff, browse: Any, case: ClaimCase) -> None:
    assert set(Notice.objects.filter(kind="claim_filed").values_list("user", flat=True)) == {staff.ann.pk, staff.ben.pk}
    assert not [n for n in Notice.objects.all() if NAME in str(n.facts)]
    ann = browse(staff.ann)
    assert WORDS in ann.get(case.url).content.decode()
    assert ann.post(case.url, {"act": "answer", "answer": " "}).status_code == 422
    assert ann.post(case.url, {"act": "answer", "answer": "合同在我手里"}).status_code == 302
    assert "合同在我手里" in browse(staff.ben).get(case.url).content.decode()
    assert "合同在我手里" not in browse(staff.cat).get(case.url).content.decode()
    # The owner does not rule on his own case, nor does the claimant.
    for user in (staff.ann, staff.cat):
        assert browse(user).post(case.url, {"act": "decide", "ruling": "goes"}).status_code == 404
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.feature("X2")
def test_a_bystander_finds_no_case(staff: Staff, browse: Any) -> None:
    make_customer(staff.cat, NAME)
    ann = browse(staff.ann)
    assert file_one(ann).status_code == 302
    case = ClaimCase.objects.get()
    # Ben does not see Cat's customer: he is neither owner nor arbiter.
    assert browse(staff.ben).get(case.url).status_code == 404
    assert str(case.subject) not in browse(staff.ben).get("/claims/").content.decode()
    assert browse(staff.boss).get(case.url).status_code == 200


@pytest.mark.feature("X2")
def test_the_arbiter_reads_both_sides_in_the_order_of_time(staff: Staff, browse: Any, case: ClaimCase) -> None:
    record = Customer._base_manager.get(pk=case.record_id)
    entity_of(FollowUp).create(by=staff.ann, customer=record, content="谈了价格秘密", manner="visit")
    page = browse(staff.ben).get(case.url).content.decode()
    for said in (NAME, staff.ann.name, staff.cat.name, WORDS, "建档", "钱多多"):
        assert said in page, said
    # Who and when, not what was talked about.
    assert "谈了价格秘密" not in page


@pytest.mark.feature("X2")
@pytest.mark.parametrize("evidence", ["", "  "])
def test_a_case_without_evidence_is_not_filed(staff: Staff, browse: Any, evidence: str) -> None:
    make_record(staff)
    answer = file_one(browse(staff.cat), evidence=evidence, reason="idle")
    assert answer.status_code == 422
    assert 'value="idle" selected' in answer.content.decode()
    assert not ClaimCase.objects.exists()


@pytest.mark.feature("X2")
def test_a_second_open_case_is_refused_and_a_withdrawn_one_is_not_in_the_way(
    staff: Staff, browse: Any, case: ClaimCase
) -> None:
    cat = browse(staff.cat)
    again = file_one(cat, evidence="再说一次")
    assert again.status_code == 422
    assert "再说一次" in again.content.decode()
    assert cat.post(case.url, {"act": "withdraw"}).status_code == 302
    assert cat.post(case.url, {"act": "withdraw"}).status_code == 422
    assert file_one(cat).status_code == 302
    assert ClaimCase.objects.count() == 2


@pytest.mark.feature("X2")
def test_what_one_has_or_sees_is_not_claimed(staff: Staff, browse: Any) -> None:
    one, cat = make_record(staff), browse(staff.cat)
    url = way_in(cat)
    Share.objects.create(entity="customers.customer", record_id=one.pk, user=staff.cat, by=staff.ann)
    ticket = url.partition("ticket=")[2]
    said = cat.post("/claims/new", {"ticket": ticket.replace("%3D", "="), "reason": "first", "evidence": "x"})
    assert said.status_code == 422
    entity_of(Customer).change(one, by=staff.boss, owner=staff.cat)
    said = cat.post("/claims/new", {"ticket": ticket.replace("%3D", "="), "reason": "first", "evidence": "x"})
    assert said.status_code == 422
    assert not ClaimCase.objects.exists()


@pytest.mark.feature("X2")
def test_a_ticket_is_its_bearers_own(staff: Staff, browse: Any) -> None:
    make_record(staff)
    url = way_in(browse(staff.cat))
    assert browse(staff.ann).get(url).status_code == 422
    assert browse(staff.cat).get(url[:-20]).status_code == 422
    assert browse(staff.cat).get("/claims/new?ticket=abc").status_code == 422


@pytest.mark.feature("X2", "X4")
def test_it_goes_to_the_claimant_by_a_transfer_that_can_be_undone(staff: Staff, browse: Any, case: ClaimCase) -> None:
    assert (
        browse(staff.ben).post(case.url, {"act": "decide", "ruling": "goes", "note": "样品单为证"}).status_code == 302
    )
    case.refresh_from_db()
    record = Customer._base_manager.get(pk=case.record_id)
    assert (record.owner, case.state, case.decided_by) == (staff.cat, "decided", staff.ben)
    assert "样品单为证" in browse(staff.cat).get(case.url).content.decode()
    assert Change.objects.filter(record_id=record.pk, entity="customers.customer", action="claim").count() == 2
    undo_batch(entity_of(Customer), case.batch, by=staff.boss)
    record.refresh_from_db()
    assert record.owner == staff.ann


@pytest.mark.feature("X2")
def test_shared_with_a_split_is_shown_with_the_team(
    staff: Staff, browse: Any, case: ClaimCase, django_capture_on_commit_callbacks: Any
) -> None:
    ben = browse(staff.ben)
    for percent in ("", "0", "100", "x", "-3"):
        assert ben.post(case.url, {"act": "decide", "ruling": "shared", "percent": percent}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert ben.post(case.url, {"act": "decide", "ruling": "shared", "percent": "30"}).status_code == 302
    team = browse(staff.ann).get(f"/customers/{case.record_id}/panel/team").content.decode()
    assert f"{staff.cat.name} 30" in team
    assert f"{staff.ann.name} 70" in team
    assert browse(staff.cat).get(f"/customers/{case.record_id}/").status_code == 200
    assert set(Notice.objects.filter(kind="claim_ended").values_list("user", flat=True)) == {staff.ann.pk, staff.cat.pk}
    assert ben.post(case.url, {"act": "decide", "ruling": "stays"}).status_code == 422


@pytest.mark.feature("X2")
def test_the_owner_keeps_it(staff: Staff, browse: Any, case: ClaimCase) -> None:
    assert browse(staff.boss).post(case.url, {"act": "decide", "ruling": "stays"}).status_code == 302
    record = Customer._base_manager.get(pk=case.record_id)
    assert record.owner == staff.ann
    page = browse(staff.cat).get(case.url).content.decode()
    assert not [secret for secret in SECRETS if secret in page]
    assert browse(staff.cat).get(f"/customers/{case.record_id}/").status_code == 404


@pytest.mark.feature("X2")
@pytest.mark.parametrize(("chosen", "ben_rules"), [("grant", True), ("manager", True), ("boss", False)])
def test_a_setting_says_who_rules(staff: Staff, browse: Any, case: ClaimCase, chosen: str, ben_rules: bool) -> None:
    rule("arbiter", chosen)
    assert browse(staff.ben).get(case.url).status_code == (200 if ben_rules else 404)
    assert browse(staff.boss).get(case.url).status_code == 200


# -- a second one by approval ------------------------------------------------------------------------------------------


@pytest.mark.feature("C3", "X2")
def test_a_second_one_is_entered_once_by_approval(staff: Staff, browse: Any) -> None:
    rule("name", "ask")
    one, cat = make_record(staff), browse(staff.cat)
    data = {"name": TYPED, "form": "business", "remark": "已经打好的字"}
    refused = cat.post("/customers/new", data)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "已经打好的字" in page
    assert not [secret for secret in (*SECRETS, one.number, f"/customers/{one.pk}") if secret in page]
    found = re.search(r'href="(/claims/new\?ticket=[^"]+)"', page)
    assert found
    ticket = found[1].partition("ticket=")[2]
    cat.post("/claims/new", {"ticket": ticket, "reason": "first", "evidence": WORDS})
    case = ClaimCase.objects.get()
    assert cat.post("/customers/new", data).status_code == 422
    assert browse(staff.ben).post(case.url, {"act": "decide", "ruling": "own"}).status_code == 302
    # The approval is the claimant's, for one record.
    assert browse(staff.ann).post("/customers/new", data).status_code == 422
    assert cat.post("/customers/new", data).status_code == 302
    assert Customer.objects.filter(owner=staff.cat).count() == 1
    case.refresh_from_db()
    assert case.used_at
    entity_of(Customer).remove(Customer.objects.get(owner=staff.cat), by=staff.boss)
    assert cat.post("/customers/new", data).status_code == 422


@pytest.mark.feature("C3", "X2")
def test_import_uses_an_approval_once_and_says_no_in_plain_words(staff: Staff, browse: Any) -> None:
    rule("name", "ask")
    one = make_record(staff)
    ClaimCase.objects.create(
        entity="customers.customer", record_id=one.pk, subject=TYPED, claimant=staff.cat, owner=staff.ann,
        at=timezone.now(), reason="first", evidence=WORDS, state="decided", ruling="own",
    )  # fmt: skip
    entity = entity_of(Customer)
    batch = start_batch(entity, "import", "x", by=staff.cat)
    (first,) = entity.create_many([{"name": TYPED}], by=staff.cat, batch=batch)
    assert isinstance(first, Customer)
    entity.remove(first, by=staff.boss)
    (second,) = entity.create_many([{"name": TYPED}], by=staff.cat, batch=batch)
    assert isinstance(second, Refused)
    said = json.dumps(dict(second.fields))
    assert "href" not in said
    assert "/claims/" not in said


@pytest.mark.feature("C3")
def test_who_rules_and_sees_it_is_warned_and_decides_alone(staff: Staff, browse: Any) -> None:
    rule("name", "ask")
    make_record(staff)
    for user, status in ((staff.ann, 422), (staff.ben, 302)):
        client, data = browse(user), {"name": TYPED, "form": "business"}
        first = client.post("/customers/new", data)
        assert first.status_code == 422
        data["seen"] = first.context["form"].hidden.get("seen", "")
        assert client.post("/customers/new", data).status_code == status
