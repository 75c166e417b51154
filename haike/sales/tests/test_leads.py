"""Leads through HTTP: made, followed, converted, in and out of their pool."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.models import Contact, Customer
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.guard import RULES
from haike.files.attachment.actions import attach_link
from haike.files.models import Attachment
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.pools.models import Pool
from haike.pools.recycle import recycle
from haike.pools.testing import make_pool
from haike.pools.tests.test_sea import age
from haike.refused import Refused
from haike.sales.lead.convert import convert
from haike.sales.lead.record import CONVERTED, FOLLOWING, INVALID, STATES, TO_DO, UNASSIGNED, VOID, Lead, LeadFollowUp
from haike.sales.models import Opportunity, StageMove
from haike.sales.testing import make_lead
from haike.talk.comment.actions import edit_comment, write_comment
from haike.talk.models import Comment, Tagged
from haike.talk.tag.actions import make_tag, tag_record
from haike.work.models import FollowUp

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def fresh(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def talk(client: Client, lead: Lead, content: str = "问了价格", **more: Any) -> Any:
    return client.post("/lead-follow-ups/new", {"lead": lead.pk, "manner": "call", "content": content, **more})


def step(client: Client, lead: Lead, name: str, **more: Any) -> Any:
    return client.post(f"/leads/{lead.pk}/do/{name}", more, headers=HTMX)


@pytest.fixture
def lead(staff: Staff) -> Lead:
    return make_lead(staff.ann, person="郑海", mobile="13900001234", product="数控车床", source="fair", region="441900")


# -- made and found ----------------------------------------------------------------------------------------------------


@pytest.mark.feature("L1")
def test_a_lead_needs_a_name_or_a_way_to_reach(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    answer = client.post("/leads/new", {"remark": "不知道是谁"}, headers=HTMX)
    assert answer.status_code == 422
    assert "请至少填写公司、联系人或一种联系方式。" in text_of(answer)
    assert client.post("/leads/new", {"mobile": "13900005678"}, headers=HTMX).status_code == 204
    made = Lead.objects.get()
    assert (made.name, made.state, made.owner) == ("13900005678", TO_DO, staff.ann)
    client.post(f"/leads/{made.pk}/edit", {"mobile": "13900005678", "person": "林一", "version": made.version})
    assert fresh(made).name == "林一"


@pytest.mark.feature("L7")
def test_who_sees_a_lead(staff: Staff, browse: Browse, lead: Lead) -> None:
    for user, status in ((staff.ann, 200), (staff.ben, 200), (staff.boss, 200), (staff.cat, 404)):
        assert browse(user).get(f"/leads/{lead.pk}/").status_code == status
        assert (lead.company in text_of(browse(user).get("/leads/?q=长青"))) == (status == 200)


@pytest.mark.feature("L1")
def test_the_tabs_show_their_states(staff: Staff, browse: Browse) -> None:
    made = {state: make_lead(staff.ann, f"{label}线索有限公司") for state, label in STATES.items()}
    for state, lead in made.items():
        if state not in (TO_DO, UNASSIGNED):
            entity_of(Lead).change(lead, by=staff.ann, state=state)
    for state in (TO_DO, FOLLOWING, CONVERTED, INVALID, VOID):
        shown = text_of(browse(staff.ann).get(f"/leads/?tab={state}"))
        assert made[state].company in shown
        assert not any(other.company in shown for key, other in made.items() if key not in (state, UNASSIGNED))


@pytest.mark.feature("L3")
def test_a_customer_with_the_same_phone_is_told(staff: Staff, lead: Lead) -> None:
    make_customer(staff.cat, "东莞另一家公司", mobile="13900001111")
    said = entity_of(Lead).check_values({"company": "", "wechat": "13900001111"}, None, staff.ann)
    assert any("蔡晓" in str(each) for each in said)
    assert not entity_of(Lead).check_values({"company": "", "wechat": "somebody_else"}, None, staff.ann)


# -- states ------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("L2")
def test_the_first_talk_makes_it_followed(staff: Staff, browse: Browse, lead: Lead) -> None:
    assert lead.state == TO_DO
    soon = timezone.localtime() + timedelta(days=2)
    talk(browse(staff.ann), lead, next_at=f"{soon:%Y-%m-%dT%H:%M}")
    after = fresh(lead)
    assert after.state == FOLLOWING
    assert after.last_contact_at is not None
    assert timezone.localtime(after.next_contact_at).date() == soon.date()
    assert "问了价格" in text_of(browse(staff.ann).get(f"/leads/{lead.pk}/"))
    said = Change.objects.filter(entity="sales.lead", record_id=lead.pk, action="change").get()
    assert said.diff["state"] == [TO_DO, FOLLOWING]


@pytest.mark.feature("L2")
def test_nobody_else_writes_and_a_deleted_talk_counts_no_more(staff: Staff, browse: Browse, lead: Lead) -> None:
    assert talk(browse(staff.cat), lead).status_code != 302
    assert not LeadFollowUp.objects.exists()
    talk(browse(staff.ann), lead)
    entity_of(LeadFollowUp).remove(LeadFollowUp.objects.get(), by=staff.ann)
    assert fresh(lead).last_contact_at is None


@pytest.mark.feature("L2")
def test_invalid_is_taken_up_again_and_void_comes_back(staff: Staff, browse: Browse, lead: Lead) -> None:
    client = browse(staff.ann)
    assert step(client, lead, "mark_invalid", invalid_reason="wrong_number").status_code == 204
    assert (fresh(lead).state, fresh(lead).invalid_reason) == (INVALID, "wrong_number")
    talk(client, lead)
    assert not LeadFollowUp.objects.exists()
    assert step(client, lead, "take_up").status_code == 204
    assert (fresh(lead).state, fresh(lead).invalid_reason) == (FOLLOWING, None)
    step(client, lead, "make_void")
    assert fresh(lead).state == VOID
    assert step(client, lead, "mark_invalid").status_code == 422
    step(client, lead, "bring_back")
    assert fresh(lead).state == TO_DO


MOVES = st.lists(
    st.sampled_from(["mark_invalid", "take_up", "make_void", "bring_back", "talk", "convert", "return", "claim"]),
    max_size=8,
)
ALLOWED = {
    UNASSIGNED: {"claim": (TO_DO, FOLLOWING), "make_void": (VOID,)},
    TO_DO: {
        "mark_invalid": (INVALID,), "make_void": (VOID,), "talk": (FOLLOWING,), "convert": (CONVERTED,),
        "return": (UNASSIGNED,),
    },
    FOLLOWING: {
        "mark_invalid": (INVALID,), "make_void": (VOID,), "talk": (FOLLOWING,), "convert": (CONVERTED,),
        "return": (UNASSIGNED,),
    },
    INVALID: {"take_up": (FOLLOWING,), "make_void": (VOID,), "return": (UNASSIGNED,)},
    VOID: {"bring_back": (TO_DO, UNASSIGNED)},
    CONVERTED: {},
}  # fmt: skip


@pytest.mark.feature("L2")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_no_walk_leaves_the_states(staff: Staff, browse: Browse, moves: list[str]) -> None:
    if not Pool.objects.exists():
        make_pool("线索池", "sales.lead", members=[staff.ann], managers=[staff.boss])
    client, lead = browse(staff.boss), make_lead(staff.boss, "随机线索有限公司")
    for move in moves:
        before = fresh(lead).state
        if move == "talk":
            talk(client, lead)
        elif move in ("convert", "claim"):
            client.post(f"/leads/{lead.pk}/{move}", {"customer": ""}, headers=HTMX)
        elif move == "return":
            client.post(f"/leads/{lead.pk}/return", {"reason": "other"}, headers=HTMX)
        else:
            step(client, lead, move, invalid_reason="other")
        after = fresh(lead)
        assert after.state in ALLOWED[before].get(move, (before,)), (before, move, after.state)
        assert (after.state == UNASSIGNED) == (after.pooled_at is not None and after.state != VOID)


# -- conversion --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("L5")
def test_a_lead_becomes_a_customer_with_all_that_hangs_on_it(staff: Staff, browse: Browse, lead: Lead) -> None:
    client = browse(staff.ann)
    talk(client, lead, "要样品")
    attach_link(lead, "https://example.com/plan", "方案", by=staff.ann)
    write_comment(entity_of(Lead), lead.pk, text="盯紧", by=staff.ann)
    tag = make_tag("重点", colour="red", shared=False, by=staff.ann)
    tag_record(entity_of(Lead), fresh(lead), [tag.pk], by=staff.ann)
    # Ben converts what belongs to Ann: it stays hers, and so do her words.
    answer = browse(staff.ben).post(f"/leads/{lead.pk}/convert", {"customer": "", "contact": "1"}, headers=HTMX)
    assert answer.status_code == 204, text_of(answer)
    customer, contact, after = Customer.objects.get(), Contact.objects.get(), fresh(lead)
    assert (customer.name, customer.owner, customer.source, customer.region) == (
        lead.company, staff.ann, "fair", "441900",
    )  # fmt: skip
    assert "数控车床" in customer.remark
    assert (contact.name, contact.mobile, customer.main_contact) == ("郑海", "13900001234", contact)
    said = FollowUp.objects.get()
    assert (said.content, said.created_by, said.contact) == ("要样品", staff.ann, contact)
    assert customer.last_contact_at == said.at
    target = {"entity": "customers.customer", "record_id": customer.pk}
    for model in (Attachment, Comment, Tagged):
        assert model.objects.filter(**target).count() == 1, model
    assert (after.state, after.customer, after.contact) == (CONVERTED, customer, contact)
    page = text_of(client.get(f"/leads/{lead.pk}/"))
    assert f"/customers/{customer.pk}/" in page


@pytest.mark.feature("L5")
def test_a_converted_lead_is_read_only_and_is_not_converted_twice(staff: Staff, browse: Browse, lead: Lead) -> None:
    client = browse(staff.ann)
    make_pool("线索池", "sales.lead", members=[staff.ann])
    assert client.post(f"/leads/{lead.pk}/convert", {"customer": ""}, headers=HTMX).status_code == 204
    assert client.post(f"/leads/{lead.pk}/convert", {"customer": ""}, headers=HTMX).status_code == 422
    with pytest.raises(Refused):
        convert(lead, by=staff.ann)
    assert Customer.objects.count() == 1
    with pytest.raises(Refused):
        entity_of(Lead).change(fresh(lead), by=staff.ann, remark="改一改")
    with pytest.raises(Refused):
        entity_of(Lead).remove(fresh(lead), by=staff.boss)
    client.post(f"/leads/{lead.pk}/return", {"reason": "other"}, headers=HTMX)
    assert (fresh(lead).owner, fresh(lead).state) == (staff.ann, CONVERTED)
    talk(client, lead)
    assert not LeadFollowUp.objects.exists()
    page = text_of(client.get(f"/leads/{lead.pk}/"))
    assert "/lead-follow-ups/new" not in page
    assert re.search(rf'class="btn btn-primary[^"]*" href="/customers/{fresh(lead).customer_id}/"', page)
    assert "/lead-follow-ups/new" not in text_of(client.get("/leads/?tab=converted"))


@pytest.mark.feature("L5")
def test_it_hangs_on_the_customer_that_is_there_already(staff: Staff, browse: Browse, lead: Lead) -> None:
    customer = make_customer(staff.ann, "东莞长青五金制品有限公司")
    known = make_contact(staff.ann, customer, "郑海", mobile="13900001234")
    hidden = make_customer(staff.cat, "东莞市长青五金制品有限公司(东区)", phone="13900001234")
    client = browse(staff.ann)
    asked = text_of(client.get(f"/leads/{lead.pk}/convert", headers=HTMX))
    assert f'value="{customer.pk}"' in asked
    assert f'value="{hidden.pk}"' not in asked
    refused = client.post(f"/leads/{lead.pk}/convert", {"customer": hidden.pk, "contact": "1"}, headers=HTMX)
    assert refused.status_code == 422
    assert fresh(lead).state == TO_DO
    answer = client.post(f"/leads/{lead.pk}/convert", {"customer": customer.pk, "contact": "1"}, headers=HTMX)
    assert answer.status_code == 204
    assert (fresh(lead).customer, fresh(lead).contact) == (customer, known)
    assert Contact.objects.count() == 1


@pytest.mark.feature("L5")
def test_a_refused_conversion_leaves_nothing(staff: Staff, browse: Browse, lead: Lead) -> None:
    make_customer(staff.cat, "别人的客户", mobile="13900001234")
    choose(RULES["phone"], "forbid")
    answer = browse(staff.ann).post(f"/leads/{lead.pk}/convert", {"customer": "", "contact": "1"}, headers=HTMX)
    assert answer.status_code == 422
    assert fresh(lead).state == TO_DO
    assert not Customer.objects.filter(owner=staff.ann).exists()
    assert not Batch.objects.exists()


@pytest.mark.feature("L5")
def test_the_conversion_is_undone_as_one(staff: Staff, browse: Browse, lead: Lead) -> None:
    client = browse(staff.ann)
    talk(client, lead)
    made = convert(fresh(lead), by=staff.ann)
    assert client.post(f"/batches/{made.batch.pk}/undo", headers=HTMX).status_code < 400
    after = fresh(lead)
    assert (after.state, after.customer_id, after.converted_at) == (FOLLOWING, None, None)
    assert fresh(made.customer).deleted_at is not None
    assert not FollowUp.objects.live().exists()


@pytest.mark.feature("L5")
def test_an_opportunity_comes_and_goes_with_the_conversion(staff: Staff, browse: Browse, lead: Lead) -> None:
    client, url = browse(staff.ann), f"/leads/{lead.pk}/convert"
    assert lead.product in text_of(client.get(url, headers=HTMX))
    typed = {"customer": "", "contact": "1", "opportunity": "1", "title": "数控车床两台", "amount": "abc"}
    answer = client.post(url, typed, headers=HTMX)
    assert answer.status_code == 422
    assert "数控车床两台" in text_of(answer)
    assert not Customer.objects.exists()
    assert client.post(url, {**typed, "amount": "250,000"}, headers=HTMX).status_code == 204
    made, after = Opportunity.objects.get(), fresh(lead)
    assert (made.title, made.amount, made.owner, made.source) == ("数控车床两台", 250_000, staff.ann, lead.source)
    assert (made.customer, after.opportunity) == (after.customer, made)
    assert StageMove.objects.filter(opportunity=made).count() == 1
    assert f"/opportunities/{made.pk}/" in text_of(client.get(f"/leads/{lead.pk}/"))
    batch = Batch.objects.get()
    assert client.post(f"/batches/{batch.pk}/undo", headers=HTMX).status_code < 400
    assert fresh(made).deleted_at is not None
    assert fresh(lead).opportunity_id is None
    # Ben makes one of what is Ann's: it is hers.
    ben = browse(staff.ben).post(url, {**typed, "amount": "1"}, headers=HTMX)
    assert ben.status_code == 204, text_of(ben)
    assert Opportunity.objects.live().get().owner == staff.ann


@pytest.mark.feature("L5")
def test_an_undo_takes_the_copies_from_a_customer_who_was_there(staff: Staff, browse: Browse, lead: Lead) -> None:
    customer = make_customer(staff.ann, "东莞长青五金制品有限公司")
    both, ours = (make_tag(name, colour="red", shared=False, by=staff.ann) for name in ("展会", "急"))
    tag_record(entity_of(Customer), customer, [both.pk], by=staff.ann)
    tag_record(entity_of(Lead), lead, [both.pk, ours.pk], by=staff.ann)
    write_comment(entity_of(Customer), customer.pk, text="老客户", by=staff.ann)
    write_comment(entity_of(Lead), lead.pk, text="展会上认识", by=staff.ann)
    write_comment(entity_of(Lead), lead.pk, text="要报价", by=staff.ann)
    attach_link(lead, "https://example.com/card", "名片", by=staff.ann)
    tables = (Attachment, Comment, Tagged)
    before = [list(model._default_manager.order_by("pk").values()) for model in tables]
    client = browse(staff.ann)
    batch = convert(fresh(lead), by=staff.ann, customer=customer).batch
    assert [len(model._default_manager.all()) for model in tables] == [2, 5, 4]
    assert client.post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}, headers=HTMX).status_code < 400
    assert [list(model._default_manager.order_by("pk").values()) for model in tables] == before
    # Words that somebody has put right since are his: they stay, and the undo says so beforehand.
    batch = convert(fresh(lead), by=staff.ann, customer=customer).batch
    copy = Comment.objects.get(entity="customers.customer", record_id=customer.pk, text="要报价")
    edit_comment(copy, text="要报价,周五前", by=staff.ann)
    asked = text_of(client.get(f"/batches/{batch.pk}/undo"))
    assert "评论和附件在此之后被修改过，保留 1 条" in asked
    assert customer.name in asked
    assert client.post(f"/batches/{batch.pk}/undo", {"conflicts": "force"}, headers=HTMX).status_code < 400
    left = Comment.objects.filter(entity="customers.customer").order_by("id").values_list("text", flat=True)
    assert list(left) == ["老客户", "要报价,周五前"]


@pytest.mark.feature("L5")
def test_a_person_without_a_company_becomes_an_individual(staff: Staff) -> None:
    made = convert(make_lead(staff.ann, "", person="罗敏", mobile="13900002222", wechat="luomin_88"), by=staff.ann)
    assert (made.customer.form, made.customer.name, made.customer.wechat) == ("individual", "罗敏", "luomin_88")
    assert made.contact is None


# -- pools -------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("L4")
def test_returned_claimed_and_assigned(staff: Staff, browse: Browse, lead: Lead) -> None:
    pool = make_pool("线索池", "sales.lead", members=[staff.ann, staff.cat], managers=[staff.ben])
    talk(browse(staff.ann), lead)
    back = browse(staff.ann).post(f"/leads/{lead.pk}/return", {"reason": "too_busy"}, headers=HTMX)
    assert back.status_code == 204, text_of(back)
    assert (fresh(lead).state, fresh(lead).owner_id) == (UNASSIGNED, pool.account_id)
    assert lead.company in text_of(browse(staff.cat).get("/leads/?tab=sea"))
    talk(browse(staff.cat), lead, "还没领取")
    assert LeadFollowUp.objects.count() == 1
    assert browse(staff.cat).post(f"/leads/{lead.pk}/claim", headers=HTMX).status_code == 204
    assert (fresh(lead).state, fresh(lead).owner) == (TO_DO, staff.cat)
    browse(staff.cat).post(f"/leads/{lead.pk}/return", {"reason": "too_busy"}, headers=HTMX)
    given_to = browse(staff.ben).post(f"/leads/{lead.pk}/assign", {"owner": staff.ann.pk}, headers=HTMX)
    assert given_to.status_code == 204, text_of(given_to)
    # She has followed it before, so she goes on.
    assert (fresh(lead).state, fresh(lead).owner) == (FOLLOWING, staff.ann)


@pytest.mark.feature("L4")
def test_the_night_takes_back_what_nobody_follows(staff: Staff, lead: Lead) -> None:
    make_pool("线索池", "sales.lead", members=[staff.ann], recycles=True, follow_days=7)
    done, dropped = make_lead(staff.ann, "成交线索"), make_lead(staff.ann, "作废线索")
    cared = make_lead(staff.ann, "有人跟进")
    convert(done, by=staff.ann)
    entity_of(Lead).change(dropped, by=staff.ann, state=VOID)
    entity_of(LeadFollowUp).create(by=staff.ann, lead=cared, content="在谈")
    past = timezone.now() - timedelta(days=30)
    for each in (lead, done, dropped, cared):
        age(each, created_at=past, owned_since=past)
    recycle.call()
    assert [fresh(each).state for each in (lead, done, dropped, cared)] == [UNASSIGNED, CONVERTED, VOID, FOLLOWING]
    assert fresh(done).owner == staff.ann


@pytest.mark.feature("L4")
def test_a_lead_goes_back_to_a_lead_pool_not_to_a_public_sea(staff: Staff, browse: Browse) -> None:
    lead, customer = make_lead(staff.ann), make_customer(staff.ann)
    make_pool("线索池一", "sales.lead", members=[staff.ann])
    make_pool("华南公海", members=[staff.ann])
    ann = browse(staff.ann)

    def said(path: str) -> str:
        return str(ann.get(path, headers=HTMX).content.decode())

    assert "退回线索池" in said(f"/leads/{lead.pk}/")
    assert "退回公海" not in said(f"/leads/{lead.pk}/")
    assert f"退回“{lead}”到线索池" in said(f"/leads/{lead.pk}/return")
    bulk = said(f"/leads/bulk/sea-return?ids={lead.pk}")
    assert "退回线索池" in bulk
    assert "公海" not in bulk
    assert "退回公海" in said(f"/customers/{customer.pk}/")
    assert f"退回“{customer}”到公海" in said(f"/customers/{customer.pk}/return")
    answer = ann.post(f"/leads/{lead.pk}/return", {"reason": "other", "note": ""}, headers=HTMX)
    assert "线索池" in json.loads(answer["HX-Trigger"])["saved"]["message"]
