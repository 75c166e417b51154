"""The notice centre through the browser: what comes, what one sees of it, what one no longer may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.customers.customer.record import Customer
from haike.find.share import Share
from haike.jobs.testing import run_ready_jobs
from haike.kernel import change, versioned
from haike.kernel.entity import entity_of
from haike.people.account.actions import choose_reminders
from haike.people.testing import Staff, make_user
from haike.people.user.actions import SETUP, close_user
from haike.people.user.record import User
from haike.screens.acts import share_record
from haike.talk.models import Notice
from haike.talk.notice.kinds import COMMENT, MENTION
from haike.talk.notice.send import AT_ONCE, Telling, notify, tell
from haike.work.follow_up.actions import comment_on, write_follow_up

Browse = Callable[[User], Client]
Commits = Any
pytestmark = [pytest.mark.feature("P28"), pytest.mark.django_db]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return entity_of(Customer).create(by=staff.ann, name="苏州锐诚机械")  # type: ignore[no-any-return]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Commits) -> Callable[[], Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def bell(client: Client) -> str:
    return client.get("/notices/news").json()["text"]  # type: ignore[no-any-return]


def test_the_bell_counts_and_the_page_shows(staff: Staff, browse: Browse, customer: Customer, committed: Any) -> None:
    ann = browse(staff.ann)
    assert bell(ann) == ""
    with committed():
        browse(staff.ben).post(f"/customers/{customer.pk}/comments", {"text": "@安然 请跟进"})
    news = ann.get("/notices/news?after=0").json()
    assert (news["count"], news["text"]) == (1, "1")
    notice = Notice.objects.get(user=staff.ann)
    assert news["items"] == [
        {"id": notice.pk, "text": "贲志强 提到了你 · 苏州锐诚机械", "url": f"/notices/{notice.pk}/open"}
    ]
    assert ann.get(f"/notices/news?after={notice.pk}").json()["items"] == []
    page = ann.get("/notices/").content.decode()
    assert "苏州锐诚机械" in page
    assert "请跟进" in page
    assert 'data-count aria-live="polite">1</span>' in ann.get("/today/").content.decode()
    opened = ann.get(f"/notices/{notice.pk}/open")
    assert opened.headers["Location"] == f"/customers/{customer.pk}/?tab=comments"
    assert bell(ann) == ""
    assert "请跟进" not in ann.get("/notices/").content.decode()
    assert "请跟进" in ann.get("/notices/?show=all").content.decode()


def test_notices_are_their_readers_own(staff: Staff, browse: Browse, customer: Customer) -> None:
    notice = Notice.objects.create(user=staff.ann, kind="mention", entity="customers.customer", record_id=customer.pk)
    for other in (staff.ben, staff.cat, staff.boss):
        client = browse(other)
        assert client.get(f"/notices/{notice.pk}/open").status_code == 404
        client.post("/notices/read", {"id": notice.pk})
        client.post("/notices/read", {})
        assert "锐诚" not in client.get("/notices/?show=all").content.decode()
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.parametrize("away", ["given away", "deleted"])
def test_what_one_no_longer_sees_is_told_without_content(
    away: str, staff: Staff, browse: Browse, customer: Customer, committed: Any
) -> None:
    """Rights are those of the moment of showing, not of sending."""
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=staff.cat)
    with committed():
        browse(staff.ann).post(f"/customers/{customer.pk}/comments", {"text": "@蔡晓 底价 88 万"})
    cat, notice = browse(staff.cat), Notice.objects.get(user=staff.cat)
    assert "底价 88 万" in cat.get("/notices/").content.decode()
    if away == "deleted":
        entity_of(Customer).remove(customer, by=staff.boss)
    else:
        Share.objects.all().delete()
    for path in ("/notices/", "/notices/?show=all", "/notices/news?after=0", "/today/"):
        page = cat.get(path).content.decode()
        assert "底价" not in page, path
        assert "锐诚" not in page, path
    assert "你已看不到" in cat.get("/notices/").content.decode()
    assert cat.get(f"/notices/{notice.pk}/open").status_code == 404


def test_a_field_one_may_not_see_is_not_named(staff: Staff, browse: Browse, customer: Customer, committed: Any) -> None:
    browse(staff.ben).post(f"/customers/{customer.pk}/star", {"on": "1"})
    with committed():
        change.change(customer, by=staff.ann, phone="075523456789", remark="要价高")
    page = browse(staff.ben).get("/notices/").content.decode()
    assert "电话" in page
    manager = staff.ben.roles.get()
    fields = {**manager.field_rights, "customers.customer": {"phone": "hidden"}}
    type(manager)._haike_entity.change(manager, by=SETUP, field_rights=fields)  # type: ignore[attr-defined]
    versioned.forget()
    page = browse(staff.ben).get("/notices/").content.decode()
    assert "备注" in page
    assert "电话" not in page.split("notice-list")[1]


def test_giving_and_sharing_are_told(staff: Staff, customer: Customer, committed: Any) -> None:
    with committed():
        entity_of(Customer).change(customer, by=staff.ben, owner=staff.cat)
    assert told(staff.cat) == ["given"]
    with committed():
        share_record(entity_of(Customer), Customer.objects.get(), staff.ann, can_write=False, by=staff.boss)
    assert told(staff.ann) == ["shared"]
    assert told(staff.ben) == []


def test_followers_hear_of_changes_and_nobody_of_his_own(
    staff: Staff, browse: Browse, customer: Customer, committed: Any
) -> None:
    for user in (staff.ann, staff.ben):
        browse(user).post(f"/customers/{customer.pk}/star", {"on": "1"})
    with committed():
        entity_of(Customer).change(customer, by=staff.ann, remark="新备注")
    assert told(staff.ann) == []
    assert told(staff.ben) == ["changed"]
    assert "安然 修改了" in browse(staff.ben).get("/notices/").content.decode()


def test_the_author_hears_of_a_comment_on_his_follow_up(
    staff: Staff, browse: Browse, customer: Customer, committed: Any
) -> None:
    talk = write_follow_up(customer, content="谈了价格", by=staff.ann)
    with committed():
        comment_on(talk, text="再让三个点", by=staff.ben)
    assert told(staff.ann) == ["follow_up_comment"]
    assert "再让三个点" in browse(staff.ann).get("/notices/").content.decode()


def test_nothing_is_told_before_the_commit_or_after_a_rollback(
    staff: Staff, customer: Customer, committed: Any
) -> None:
    with committed():
        notify([staff.ben.pk], MENTION, customer, by=staff.ann)
        assert not Notice.objects.exists()
    assert told(staff.ben) == ["mention"]


def test_who_does_not_want_a_kind_gets_none(staff: Staff, customer: Customer, committed: Any) -> None:
    choose_reminders(staff.ben, {"mention": [], "comment": ["page"]})
    versioned.forget()
    with committed():
        notify([staff.ben.pk], MENTION, customer, by=staff.ann)
        notify([staff.ben.pk], COMMENT, customer, by=staff.ann)
    assert told(staff.ben) == ["comment"]


def test_strangers_and_closed_accounts_are_told_nothing(staff: Staff, customer: Customer, committed: Any) -> None:
    gone = make_user(
        username="old", name="旧同事", password="opensesame-2026", roles=["boss"], department=staff.company
    )
    close_user(gone, by=SETUP)
    versioned.forget()
    with committed():
        notify([staff.cat.pk, gone.pk, staff.boss.pk, 999_999], MENTION, customer, by=staff.ann)
    assert set(Notice.objects.values_list("user", flat=True)) == {staff.boss.pk}


def test_the_same_thing_is_told_once(staff: Staff, customer: Customer, committed: Any) -> None:
    for __ in range(2):
        with committed():
            notify([staff.ben.pk], MENTION, customer, by=staff.ann, key="comment:1")
    assert told(staff.ben) == ["mention"]


def test_mark_as_read(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    some = [
        Notice.objects.create(user=staff.ann, kind=kind, entity="customers.customer", record_id=customer.pk)
        for kind in ("mention", "comment", "comment", "changed")
    ]
    answer = ann.post("/notices/read", {"id": some[0].pk}, headers=HTMX)
    assert answer.status_code == 200
    assert '"count": 3' in answer.headers["HX-Trigger"]
    ann.post("/notices/read", {"kind": "comment"})
    assert list(Notice.objects.filter(read_at=None).values_list("kind", flat=True)) == ["changed"]
    assert ann.get("/notices/read").status_code == 404
    ann.post("/notices/read", {})
    assert not Notice.objects.filter(read_at=None).exists()
    assert "没有未读" in ann.get("/notices/").content.decode()


def test_kinds_narrow_the_page_and_long_ones_come_in_pages(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    Notice.objects.bulk_create(
        Notice(
            user=staff.ann, kind="mention" if n % 2 else "comment", entity="customers.customer", record_id=customer.pk
        )
        for n in range(130)
    )
    assert bell(ann) == "99+"
    page = ann.get("/notices/?kind=mention").content.decode()
    assert page.count("提到了你") == 30
    assert "notice-line" not in ann.get("/notices/?kind=shared").content.decode()
    before = Notice.objects.order_by("-id")[29].pk
    more = ann.get(f"/notices/?before={before}", headers=HTMX).content.decode()
    assert more.count("notice-line") == 30
    assert "<html" not in more


def test_the_bell_asks_nothing_while_nothing_is_new(staff: Staff, browse: Browse, customer: Customer) -> None:
    Notice.objects.create(user=staff.ann, kind="mention", entity="customers.customer", record_id=customer.pk)
    ann = browse(staff.ann)
    first = ann.get("/notices/news?after=0").json()
    with CaptureQueriesContext(connection) as caught:
        ann.get(f"/notices/news?after={first['last']}")
    assert [q["sql"] for q in caught if "talk_" in q["sql"]] == []


def test_a_page_of_notices_asks_few_questions(staff: Staff, browse: Browse) -> None:
    entity, ann = entity_of(Customer), browse(staff.ann)
    for n in range(25):
        made = entity.create(by=staff.ann, name=f"客户{n}")
        Notice.objects.create(user=staff.ann, kind="comment", entity=entity.label, record_id=made.pk, by=staff.ben)
    ann.get("/notices/")
    with CaptureQueriesContext(connection) as caught:
        ann.get("/notices/")
    assert len(caught) <= 8


def test_thousands_at_once_are_written_by_jobs(staff: Staff, customer: Customer, committed: Any) -> None:
    told = [Telling(staff.ben.pk, customer.pk, {"text": f"{n}"}, key=f"k{n}") for n in range(AT_ONCE * 12)]
    with committed(), CaptureQueriesContext(connection) as caught:
        tell(COMMENT, "customers.customer", told, by=staff.ann)
    assert not Notice.objects.exists()
    assert not [q for q in caught if "talk_notice" in q["sql"]]
    run_ready_jobs()
    assert Notice.objects.filter(user=staff.ben, by=staff.ann).count() == AT_ONCE * 12


def test_the_account_offers_only_ways_that_are_there(staff: Staff, browse: Browse) -> None:
    page = browse(staff.ann).get("/account/workbench").content.decode()
    assert "有人提到我" in page
    assert 'value="page"' in page
    assert 'value="email" disabled' in page  # no mail server is set up
    assert 'value="sms"' not in page


def test_what_fails_after_the_commit_fails_nobodys_request(
    staff: Staff, customer: Customer, committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Notice.objects, "bulk_create", lambda *_rows, **_more: 1 / 0)
    with committed():
        notify([staff.ann.pk], MENTION, customer, by=staff.ben)
    assert told(staff.ann) == []
