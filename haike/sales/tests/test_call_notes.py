"""Quick call notes: one line, who it is, and later a lead, a customer or a follow-up, with nothing lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.lead.record import FOLLOWING, Lead, LeadFollowUp
from haike.sales.module import LEADS
from haike.sales.note.actions import number_in, write_note
from haike.sales.note.record import DONE, OPEN, CallNote
from haike.sales.testing import make_lead
from haike.work.follow_up.record import FollowUp

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.feature("L8")


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def noted(client: Client, text: str, **more: Any) -> CallNote:
    answer = client.post("/call-notes/new", {"text": text, "manner": "call", **more}, headers=HTMX)
    assert answer.status_code == 204, text_of(answer)
    return CallNote.objects.latest("pk")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("王经理 13812345678 问泵的价格", "13812345678"),
        ("0755-23456789 李工，要三台样机", "075523456789"),
        ("要500个，明天2点前回电+86 139 0000 1234", "13900001234"),
        ("400-800-1234 来电咨询", "4008001234"),
        ("客户问2026年的价格表", ""),
        ("没有留号码", ""),
    ],
)
def test_the_number_in_what_is_typed_is_recognised(text: str, number: str) -> None:
    assert number_in(text) == number


def test_one_line_is_kept_in_one_act_and_waits(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    form = text_of(ann.get("/call-notes/new", headers=HTMX))
    assert 'name="text"' in form
    assert 'hx-post="/call-notes/who"' in form
    note = noted(ann, "王经理 138 1234 5678 问泵的价格", manner="wechat")
    assert (note.text, note.phone, note.state) == ("王经理 138 1234 5678 问泵的价格", "13812345678", OPEN)
    assert (note.manner, note.owner, note.customer, note.lead) == ("wechat", staff.ann, None, None)
    assert "王经理" in text_of(ann.get("/call-notes/?tab=open"))
    assert "王经理" in text_of(browse(staff.ben).get("/call-notes/?tab=open"))
    assert "王经理" not in text_of(browse(staff.cat).get("/call-notes/"))
    assert browse(staff.cat).get(f"/call-notes/{note.pk}/as/lead").status_code == 404
    assert browse(staff.cat).post(f"/call-notes/{note.pk}/as/lead", {"company": "抢来的"}).status_code == 404


def test_an_empty_note_is_told_beside_its_field(staff: Staff, browse: Browse) -> None:
    answer = browse(staff.ann).post("/call-notes/new", {"text": "  ", "manner": "call"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="error-text"' in text_of(answer)
    assert not CallNote.objects.exists()


def test_it_is_at_hand_on_every_page(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    for path in ("/today/", "/customers/"):
        assert 'href="/call-notes/new" data-drawer data-key="q"' in text_of(ann.get(path))
    assert "/call-notes/new" in text_of(ann.get("/palette?q=来电"))
    choose(LEADS.switch, False)
    assert "/call-notes/new" not in text_of(ann.get("/today/"))
    assert ann.get("/call-notes/new").status_code == 404


def test_who_calls_is_told_within_rights(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, name="佛山顺达机械有限公司", mobile="13812345678")
    ask = {"text": "13812345678 催发货"}
    told = text_of(browse(staff.ann).post("/call-notes/who", ask))
    assert f'href="/customers/{customer.pk}/"' in told
    assert "佛山顺达机械有限公司" in told
    stranger = text_of(browse(staff.cat).post("/call-notes/who", ask))
    assert "佛山顺达机械有限公司" not in stranger
    assert f"/customers/{customer.pk}/" not in stranger
    assert str(staff.ann) in stranger
    assert "13700000000" in text_of(browse(staff.ann).post("/call-notes/who", {"text": "13700000000 询价"}))
    assert "role=" not in text_of(browse(staff.ann).post("/call-notes/who", {"text": "没有号码"}))
    assert browse(staff.ann).get("/call-notes/who").status_code == 404
    assert Client().post("/call-notes/who", ask).status_code in (302, 401, 403)


def test_a_known_caller_is_noted_with_it(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, name="佛山顺达机械有限公司")
    make_contact(staff.ann, customer, name="李强", mobile="13912345678")
    lead = make_lead(staff.ann, mobile="13612345678")
    ann = browse(staff.ann)
    assert noted(ann, "李强 13912345678 问交期").customer == customer
    note = noted(ann, "13612345678 要样品")
    assert (note.lead, note.customer) == (lead, None)
    assert "来电速记" in text_of(ann.get(f"/leads/{lead.pk}/"))
    hidden = noted(browse(staff.cat), "13912345678 问交期")
    assert (hidden.customer, hidden.lead) == (None, None)


def test_a_note_becomes_a_lead(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    note = noted(ann, "王经理 13812345678 问泵的价格")
    form = text_of(ann.get(f"/call-notes/{note.pk}/as/lead", headers=HTMX))
    assert 'value="13812345678"' in form or "138 1234 5678" in form
    assert form.count("王经理 13812345678 问泵的价格") >= 2
    sent = {"company": "中山恒信泵业有限公司", "person": "王经理", "mobile": "13812345678", "remark": note.text}
    answer = ann.post(f"/call-notes/{note.pk}/as/lead", sent, headers=HTMX)
    assert answer.status_code == 204, text_of(answer)
    lead = Lead.objects.get()
    assert (lead.company, lead.mobile, lead.remark, lead.owner) == (
        "中山恒信泵业有限公司", "13812345678", note.text, staff.ann,
    )  # fmt: skip
    note.refresh_from_db()
    assert (note.state, note.became, note.lead, note.customer) == (DONE, "lead", lead, None)
    assert note.handled_at is not None
    # Once is enough.
    assert ann.post(f"/call-notes/{note.pk}/as/lead", sent, headers=HTMX).status_code == 422
    assert Lead.objects.count() == 1
    assert "王经理" not in text_of(ann.get("/call-notes/?tab=open"))
    assert "王经理" in text_of(ann.get("/call-notes/?tab=done"))


def test_a_note_becomes_a_customer(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    note = noted(ann, "0755-23456789 深圳新达要签合同")
    sent = {"name": "深圳新达科技有限公司", "phone": "0755-23456789", "remark": note.text}
    answer = ann.post(f"/call-notes/{note.pk}/as/customer", sent, headers=HTMX)
    assert answer.status_code == 204, text_of(answer)
    customer = Customer.objects.get()
    assert (customer.name, customer.phone, customer.remark) == ("深圳新达科技有限公司", "075523456789", note.text)
    note.refresh_from_db()
    assert (note.state, note.became, note.customer) == (DONE, "customer", customer)


def test_what_is_refused_leaves_the_note_waiting(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    note = noted(ann, "13812345678 随便问问")
    answer = ann.post(f"/call-notes/{note.pk}/as/customer", {"name": "", "remark": "改过的话"}, headers=HTMX)
    assert answer.status_code == 422
    assert "改过的话" in text_of(answer)
    note.refresh_from_db()
    assert (note.state, note.became) == (OPEN, "")
    assert not Customer.objects.exists()


def test_a_note_becomes_a_follow_up_dated_when_the_call_came(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, name="佛山顺达机械有限公司", mobile="13812345678")
    at = timezone.now() - timedelta(hours=3)
    note = write_note(by=staff.ann, text="13812345678 催发货", at=at)
    ann = browse(staff.ann)
    form = text_of(ann.get(f"/call-notes/{note.pk}/as/follow-up", headers=HTMX))
    assert "佛山顺达机械有限公司" in form
    sent = {"customer": customer.pk, "lead": "", "manner": "call", "content": note.text}
    answer = ann.post(f"/call-notes/{note.pk}/as/follow-up", sent, headers=HTMX)
    assert answer.status_code == 204, text_of(answer)
    talk = FollowUp.objects.get()
    assert (talk.customer, talk.content, talk.at) == (customer, note.text, note.at)
    customer.refresh_from_db()
    assert customer.last_contact_at == note.at
    note.refresh_from_db()
    assert (note.state, note.became, note.customer) == (DONE, "follow_up", customer)


def test_a_follow_up_of_a_lead_and_never_of_both_or_none(staff: Staff, browse: Browse) -> None:
    lead = make_lead(staff.ann, mobile="13612345678")
    customer = make_customer(staff.ann)
    ann = browse(staff.ann)
    note = noted(ann, "13612345678 要样品")
    url = f"/call-notes/{note.pk}/as/follow-up"
    for sent in ({"customer": "", "lead": ""}, {"customer": customer.pk, "lead": lead.pk}):
        assert ann.post(url, {**sent, "manner": "call", "content": note.text}, headers=HTMX).status_code == 422
    answer = ann.post(url, {"customer": "", "lead": lead.pk, "manner": "call", "content": note.text}, headers=HTMX)
    assert answer.status_code == 204, text_of(answer)
    assert LeadFollowUp.objects.get().lead == lead
    assert not FollowUp.objects.exists()
    lead.refresh_from_db()
    assert lead.state == FOLLOWING


def test_whose_customer_it_is_stays_hidden_from_who_handles_it_later(staff: Staff, browse: Browse) -> None:
    """Ann's note is handed to Cat, who does not see Ann's customer: no form offers it."""
    customer = make_customer(staff.ann, name="佛山顺达机械有限公司", mobile="13812345678")
    note = write_note(by=staff.ann, text="催发货", phone="13812345678")
    assert note.customer == customer
    browse(staff.boss).post(f"/call-notes/{note.pk}/transfer", {"owner": staff.cat.pk})
    cat = browse(staff.cat)
    assert cat.get(f"/call-notes/{note.pk}/").status_code == 200
    for path in ("as/follow-up", "as/lead", "as/customer"):
        answer = cat.get(f"/call-notes/{note.pk}/{path}", headers=HTMX)
        assert answer.status_code == 200
        assert "佛山顺达" not in text_of(answer)
    sent = {"customer": customer.pk, "lead": "", "manner": "call", "content": "冒充"}
    assert cat.post(f"/call-notes/{note.pk}/as/follow-up", sent, headers=HTMX).status_code == 422
    assert not FollowUp.objects.exists()


def test_nothing_to_do_is_said_and_taken_back(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    note = noted(ann, "推销电话")
    assert ann.post(f"/call-notes/{note.pk}/do/drop").status_code in (204, 302)
    note.refresh_from_db()
    assert note.state == "dropped"
    assert ann.get(f"/call-notes/{note.pk}/as/lead").status_code == 422
    assert ann.post(f"/call-notes/{note.pk}/do/take_up").status_code in (204, 302)
    note.refresh_from_db()
    assert note.state == OPEN
