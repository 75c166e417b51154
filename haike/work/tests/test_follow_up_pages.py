"""Follow-ups through HTTP: box, timeline, list, comments, photos."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.change import writer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.work.follow_up.actions import write_follow_up
from haike.work.follow_up.record import FollowUp, FollowUpComment

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def photo(name: str = "a.png") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann)


def new_url(customer: Customer, place: str = "page") -> str:
    return f"/follow-ups/new?customer={customer.pk}&place={place}"


# -- the box -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("A3")
def test_the_box_stands_open_and_writes(staff: Staff, browse: Browse, customer: Customer) -> None:
    contact = make_contact(staff.ann, customer, "王小明")
    ann = browse(staff.ann)
    page = text_of(ann.get(f"/customers/{customer.pk}/"))
    assert f'id="box-{customer.pk}"' in page
    assert f'<option value="{contact.pk}" selected>王小明' in page
    assert page.index('id="box-') < page.index('id="timeline"')
    answer = ann.post(
        new_url(customer),
        {"manner": "visit", "content": "看了车间", "contact": contact.pk, "next_in": "3", "next_what": "送样",
         "stage": "intent", "result": "progress", "photos": [photo(), photo()]},
    )  # fmt: skip
    assert answer.status_code == 302
    assert answer["Location"] == f"/customers/{customer.pk}/"
    talk = FollowUp.objects.get()
    customer.refresh_from_db()
    assert (talk.content, talk.manner, talk.contact, talk.photos.count()) == ("看了车间", "visit", contact, 2)
    assert customer.stage == "intent"
    assert customer.last_visit_at == talk.at
    local = timezone.localtime(customer.next_contact_at)
    assert (local.date(), local.hour) == (timezone.localdate() + 3 * DAY, 9)
    page = text_of(ann.get(f"/customers/{customer.pk}/"))
    assert "看了车间" in page
    assert "送样" in page
    assert f"/follow-ups/{talk.pk}/photos/" in page


@pytest.mark.feature("A3")
def test_htmx_gets_a_fresh_box_back(staff: Staff, browse: Browse, customer: Customer) -> None:
    answer = browse(staff.ann).post(new_url(customer), {"manner": "call", "content": "打了电话"}, headers=HTMX)
    assert answer.status_code == 200
    assert "refresh" in answer["HX-Trigger"]
    page = text_of(answer)
    assert page.lstrip().startswith("<form")
    assert "打了电话" not in page


@pytest.mark.feature("A3")
def test_what_is_wrong_stays_in_the_box(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    wrong: list[dict[str, Any]] = [
        {"content": ""},
        {"content": "谈", "next_at": "2001-01-01"},
        {"content": "谈", "next_in": "date"},
        {"content": "谈", "at": "2999-01-01"},
        {"content": "谈", "photos": [SimpleUploadedFile("a.jpg", b"no picture")]},
        {"content": "谈", "contact": make_contact(staff.ann, make_customer(staff.ann, "别家")).pk},
        {"content": "谈", "manner": "telepathy"},
    ]
    for values in wrong:
        answer = ann.post(new_url(customer), {"manner": "call", **values}, headers=HTMX)
        assert answer.status_code == 422, values
        assert "form-error" in text_of(answer) or "notice-bad" in text_of(answer), values
        assert values["content"] in text_of(answer)
    assert not FollowUp.objects.exists()


@pytest.mark.feature("A3")
def test_ready_sentences_work_without_scripts(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    phrase = "已发送产品资料，请客户查收"
    assert phrase in text_of(ann.get(f"/customers/{customer.pk}/"))
    ann.post(new_url(customer), {"manner": "call", "content": "", "phrase": phrase})
    assert FollowUp.objects.get().content == phrase


@pytest.mark.feature("A3")
def test_no_next_contact_is_a_choice(staff: Staff, browse: Browse, customer: Customer) -> None:
    write_follow_up(customer, by=staff.ann, content="约好", next_at=timezone.now() + 5 * DAY)
    ann = browse(staff.ann)
    ann.post(new_url(customer), {"manner": "call", "content": "补充"})
    customer.refresh_from_db()
    assert customer.next_contact_at is not None
    ann.post(new_url(customer), {"manner": "call", "content": "算了", "next_in": "none"})
    customer.refresh_from_db()
    assert customer.next_contact_at is None


@pytest.mark.feature("A3")
def test_a_talk_can_be_written_from_anywhere(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    assert 'name="customer"' in text_of(ann.get("/follow-ups/new"))
    assert ann.post("/follow-ups/new", {"manner": "call", "content": "谈"}).status_code == 422
    foreign = make_customer(staff.cat, "别家")
    assert ann.post("/follow-ups/new", {"manner": "call", "content": "谈", "customer": foreign.pk}).status_code == 422
    assert not FollowUp.objects.exists()
    assert ann.post("/follow-ups/new", {"manner": "call", "content": "谈", "customer": customer.pk}).status_code == 302
    assert FollowUp.objects.get().customer == customer


# -- timeline ----------------------------------------------------------------------------------------------------------


def many_talks(staff: Staff, customer: Customer, count: int) -> None:
    start = timezone.now() - timedelta(hours=count + 1)
    rows = [
        FollowUp(
            customer=customer, content=f"谈话{number:04}", at=start + timedelta(hours=number), manner="call",
            owner=staff.ann, department=staff.south, created_by=staff.ann, created_at=start, changed_at=start,
        )
        for number in range(count)
    ]  # fmt: skip
    with writer():
        FollowUp.objects.bulk_create(rows)


@pytest.mark.feature("C14")
def test_a_thousand_talks_are_shown_twenty_at_a_time(staff: Staff, browse: Browse, customer: Customer) -> None:
    many_talks(staff, customer, 1000)
    ann, seen = browse(staff.ann), []
    url = f"/customers/{customer.pk}/panel/timeline?show=follow_ups"
    for __ in range(4):
        page = text_of(ann.get(url, headers=HTMX))
        seen += re.findall(r"谈话(\d{4})", page)
        url = re.search(r'hx-get="([^"]*before=[^"]*)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    assert [int(number) for number in seen] == list(range(999, 919, -1))
    ann.get(f"/customers/{customer.pk}/")
    with CaptureQueriesContext(connection) as captured:
        assert ann.get(f"/customers/{customer.pk}/").status_code == 200
    assert len(captured) <= 20, len(captured)


@pytest.mark.feature("C14")
def test_talks_and_changes_mix_by_time(staff: Staff, browse: Browse, customer: Customer) -> None:
    write_follow_up(customer, by=staff.ann, content="昨天谈的", at=timezone.now() - DAY)
    write_follow_up(customer, by=staff.ann, content="刚谈的", stage="intent")
    page = text_of(browse(staff.ann).get(f"/customers/{customer.pk}/panel/timeline"))
    assert page.index("有意向") < page.index("昨天谈的")
    assert page.index("刚谈的") < page.index("昨天谈的")
    only = text_of(browse(staff.ann).get(f"/customers/{customer.pk}/panel/timeline?show=changes"))
    assert "刚谈的" not in only
    assert "有意向" in only


# -- list, page, acts --------------------------------------------------------------------------------------------------


def contents(page: str) -> set[str]:
    return set(re.findall(r'class="row-link"[^>]*>([^<]+)<', page))


@pytest.mark.feature("A3")
def test_the_list_is_cut_by_days(staff: Staff, browse: Browse, customer: Customer) -> None:
    noon = timezone.localtime().replace(hour=0, minute=1)
    for days, content in ((0, "今天"), (1, "昨天"), (2, "前天"), (40, "上月")):
        write_follow_up(customer, by=staff.ann, content=content, at=noon - days * DAY)
    write_follow_up(make_customer(staff.cat, "别家"), by=staff.cat, content="外人")
    ann = browse(staff.ann)
    wanted = {
        "today": {"今天"}, "yesterday": {"昨天"}, "three_days": {"今天", "昨天", "前天"},
        "all": {"今天", "昨天", "前天", "上月"}, "mine": {"今天", "昨天", "前天", "上月"},
    }  # fmt: skip
    for tab, expected in wanted.items():
        assert contents(text_of(ann.get(f"/follow-ups/?tab={tab}"))) == expected, tab
    first, last = (noon - 45 * DAY).date(), (noon - 30 * DAY).date()
    span = f'{{"all":[{{"field":"at","op":"between","value":["{first}","{last}"]}}]}}'
    assert contents(text_of(ann.get("/follow-ups/", {"f": span}))) == {"上月"}


@pytest.mark.feature("A3")
def test_a_talk_is_dated_anew_by_its_own_act(staff: Staff, browse: Browse, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈")
    url = f"/follow-ups/{talk.pk}/redate"
    sent = {"at": f"{timezone.localdate().year - 1}-03-04 10:20"}
    assert browse(staff.cat).post(url, sent).status_code == 404
    assert browse(staff.ben).post(url, sent).status_code == 422
    talk.refresh_from_db()
    assert talk.version == 1
    ann = browse(staff.ann)
    assert 'name="at"' in text_of(ann.get(url))
    assert ann.post(url, {"at": "2999-01-01"}).status_code == 422
    assert ann.post(url, sent).status_code == 302
    talk.refresh_from_db()
    assert f"{timezone.localtime(talk.at):%m-%d %H:%M}" == "03-04 10:20"


@pytest.mark.feature("A3")
def test_the_edit_form_keeps_the_time(staff: Staff, browse: Browse, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈了价个", at=timezone.now() - DAY)
    ann = browse(staff.ann)
    form = text_of(ann.get(f"/follow-ups/{talk.pk}/edit"))
    assert 'name="content"' in form
    assert 'name="at"' not in form
    assert 'name="customer"' not in form
    sent = {"manner": "call", "content": "谈了价格", "version": 1, "at": "2020-01-01 10:00"}
    assert ann.post(f"/follow-ups/{talk.pk}/edit", sent).status_code == 302
    assert browse(staff.ben).post(f"/follow-ups/{talk.pk}/edit", sent).status_code == 404
    after = FollowUp.objects.get()
    assert (after.content, after.at, after.version) == ("谈了价格", talk.at, 2)


@pytest.mark.feature("A3")
def test_comments_are_said_and_read(staff: Staff, browse: Browse, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈")
    url = f"/follow-ups/{talk.pk}/comment"
    assert browse(staff.cat).post(url, {"text": "?"}).status_code == 404
    assert browse(staff.ben).post(url, {"text": " "}).status_code == 422
    assert not FollowUpComment.objects.exists()
    assert browse(staff.ben).post(url, {"text": "下次带样品"}).status_code == 302
    page = text_of(browse(staff.ann).get(f"/customers/{customer.pk}/"))
    assert "下次带样品" in page
    assert staff.ben.name in page


@pytest.mark.feature("A3", "P9")
def test_a_photo_is_shown_only_to_those_who_see_the_talk(staff: Staff, browse: Browse, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈", photos=[photo()])
    other = write_follow_up(make_customer(staff.cat, "别家"), by=staff.cat, content="谈", photos=[photo()])
    url = f"/follow-ups/{talk.pk}/photos/{talk.photos.get().pk}"
    answer = browse(staff.ann).get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert browse(staff.cat).get(url).status_code == 404
    assert browse(staff.ann).get(f"/follow-ups/{talk.pk}/photos/{other.photos.get().pk}").status_code == 404
    assert browse(staff.cat).post(f"/follow-ups/{talk.pk}/photos", {"photos": [photo()]}).status_code == 404
    browse(staff.ann).post(f"/follow-ups/{talk.pk}/photos", {"photos": [photo()]})
    assert talk.photos.count() == 2


@pytest.mark.feature("A3")
def test_the_next_contact_can_be_planned_without_a_talk(staff: Staff, browse: Browse, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/plan"
    assert browse(staff.cat).post(url, {"next_in": "1"}).status_code == 404
    assert browse(staff.ann).post(url, {"next_at": "2030-05-01", "next_what": "回访"}).status_code == 302
    customer.refresh_from_db()
    assert (f"{timezone.localtime(customer.next_contact_at):%Y-%m-%d %H}", customer.next_contact_what) == (
        "2030-05-01 09",
        "回访",
    )


@pytest.mark.feature("A3", "P9")
@pytest.mark.parametrize("path", ["", "edit", "log", "redate", "panel/talk"])
def test_an_outsider_finds_no_talk(staff: Staff, browse: Browse, customer: Customer, path: str) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈")
    assert browse(staff.ann).get(f"/follow-ups/{talk.pk}/{path}").status_code == 200
    assert browse(staff.cat).get(f"/follow-ups/{talk.pk}/{path}").status_code == 404
    assert browse(staff.boss).get(f"/follow-ups/{talk.pk}/{path}").status_code == 200
