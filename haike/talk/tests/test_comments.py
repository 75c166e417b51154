"""Comments through the browser: mentions, rights, and what people do wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.customers.customer.record import Customer
from haike.find.share import Share
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff, make_user
from haike.people.user.actions import SETUP, close_user
from haike.people.user.record import User
from haike.talk.comment.mentions import with_mentions
from haike.talk.models import Comment, Notice

Browse = Callable[[User], Client]
Commits = Any
pytestmark = [pytest.mark.feature("P25"), pytest.mark.django_db]


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return entity_of(Customer).create(by=staff.ann, name="苏州锐诚机械")  # type: ignore[no-any-return]


@pytest.fixture
def say(browse: Browse, customer: Customer, django_capture_on_commit_callbacks: Commits) -> Callable[..., Any]:
    def post(by: User, text: str, **more: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return browse(by).post(f"/customers/{customer.pk}/comments", {"text": text, **more})

    return post


def told(user: User) -> list[tuple[str, int | None]]:
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", "by_id"))


def test_a_comment_with_a_mention_reaches_whom_it_concerns(
    staff: Staff, browse: Browse, customer: Customer, say: Callable[..., Any]
) -> None:
    assert say(staff.ben, "@安然 请周五前报价").status_code == 302
    comment = Comment.objects.get()
    assert comment.mentions == {str(staff.ann.pk): "安然"}
    page = browse(staff.ann).get(f"/customers/{customer.pk}/?tab=comments").content.decode()
    assert '<span class="mention mention-me">@安然</span> 请周五前报价' in page
    # Ann owns the customer and is mentioned: she hears of it once, Ben not of himself.
    assert told(staff.ann) == [("mention", staff.ben.pk)]
    assert told(staff.ben) == []
    say(staff.ann, "好的")
    assert told(staff.ben) == [("comment", staff.ann.pk)]
    assert [c.action for c in Change.objects.filter(record_id=customer.pk, action="comment")] == ["comment"] * 2


def test_what_is_not_yours_is_not_there(
    staff: Staff, browse: Browse, customer: Customer, say: Callable[..., Any]
) -> None:
    say(staff.ann, "内部价 88")
    key, cat = Comment.objects.get().pk, browse(staff.cat)
    base = f"/customers/{customer.pk}"
    for path in (f"{base}/comments", f"{base}/panel/comments", f"{base}/mention?q=安", f"{base}/comments/{key}/edit"):
        answer = cat.get(path)
        assert answer.status_code == 404, path
        assert "内部价" not in answer.content.decode(), path
    for path in (f"{base}/comments", f"{base}/comments/{key}/edit", f"{base}/comments/{key}/delete"):
        assert cat.post(path, {"text": "x"}).status_code == 404, path
    assert Comment.objects.get().text == "内部价 88"
    # Nor by way of a record that she sees.
    own = entity_of(Customer).create(by=staff.cat, name="宁波海曙")
    assert cat.get(f"/customers/{own.pk}/comments/{key}/edit").status_code == 404
    assert cat.post(f"/customers/{own.pk}/comments/{key}/delete").status_code == 404


def test_who_cannot_see_the_record_is_not_mentioned(staff: Staff, customer: Customer, say: Callable[..., Any]) -> None:
    answer = say(staff.ann, "@蔡晓 看看这个")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "蔡晓看不到这条记录" in page
    assert "@蔡晓 看看这个</textarea>" in page
    assert not Comment.objects.exists()
    assert not Notice.objects.exists()
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=staff.cat)
    assert say(staff.ann, "@蔡晓 看看这个").status_code == 302
    assert told(staff.cat) == [("mention", staff.ann.pk)]


def test_a_closed_account_is_not_mentioned(staff: Staff, say: Callable[..., Any]) -> None:
    old = make_user(username="old", name="旧同事", password="opensesame-2026", roles=["boss"], department=staff.company)
    close_user(old, by=SETUP)
    answer = say(staff.ann, "@旧同事 还在吗")
    assert answer.status_code == 422
    assert "旧同事的账号已停用" in answer.content.decode()
    assert "@旧同事 还在吗</textarea>" in answer.content.decode()
    assert not Comment.objects.exists()


def test_two_of_one_name_are_told_apart(staff: Staff, say: Callable[..., Any]) -> None:
    twins = [
        make_user(username=name, name="王伟", password="opensesame-2026", roles=["boss"], department=staff.company)
        for name in ("wang1", "wang2")
    ]
    answer = say(staff.ann, "@王伟 你好")
    assert answer.status_code == 422
    assert "有多位" in answer.content.decode()
    assert say(staff.ann, "@王伟 你好", mention=str(twins[1].pk)).status_code == 302
    assert Comment.objects.get().mentions == {str(twins[1].pk): "王伟"}
    assert told(twins[0]) == []
    # By the user name there is no doubt.
    assert say(staff.ann, "@wang1 也看一下").status_code == 302
    assert told(twins[0]) == [("mention", staff.ann.pk)]


@pytest.mark.parametrize("text", ["写信给 me@安然.cn", "安然", "@nobody", "@ annual", "＠", "@"])
def test_what_is_no_mention_is_text(text: str, staff: Staff, say: Callable[..., Any]) -> None:
    assert say(staff.ben, text).status_code == 302
    assert Comment.objects.get().mentions == {}


def test_markup_is_text(staff: Staff, browse: Browse, customer: Customer, say: Callable[..., Any]) -> None:
    evil = '<script>alert(1)</script> @安然 "><img src=x onerror=alert(1)>\n第二行'
    say(staff.ben, evil)
    page = browse(staff.ann).get(f"/customers/{customer.pk}/?tab=comments").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<br>第二行" in page
    notices = browse(staff.ann).get("/notices/").content.decode()
    assert "<script>alert" not in notices
    assert "&lt;script&gt;alert(1)" in notices


def test_names_within_names_are_marked_once() -> None:
    html = with_mentions("@安 和 @安然 <b>", {"1": "安", "2": "安然"}, 1)
    assert html == ('<span class="mention mention-me">@安</span> 和 <span class="mention">@安然</span> &lt;b&gt;')


@pytest.mark.parametrize(
    ("text", "said"), [("", "请先写评论内容"), (" \n\t ", "请先写评论内容"), ("长" * 20_000, "20,000")]
)
def test_an_empty_or_endless_comment_is_refused(text: str, said: str, staff: Staff, say: Callable[..., Any]) -> None:
    answer = say(staff.ann, text)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert text.strip() in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_button_pressed_twice_writes_once(staff: Staff, customer: Customer, say: Callable[..., Any]) -> None:
    for __ in range(2):
        assert say(staff.ben, "@安然 收到请回复").status_code == 302
    assert Comment.objects.count() == 1
    assert told(staff.ann) == [("mention", staff.ben.pk)]
    Comment.objects.update(at=timezone.now() - timedelta(minutes=5))
    say(staff.ben, "@安然 收到请回复")
    assert Comment.objects.count() == 2


def test_words_on_a_record_deleted_meanwhile_come_back(
    staff: Staff, customer: Customer, say: Callable[..., Any]
) -> None:
    entity_of(Customer).remove(customer, by=staff.boss)
    answer = say(staff.ann, "写了很久的一段话")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "写了很久的一段话</textarea>" in page
    assert "已经不在" in page
    assert not Comment.objects.exists()


def test_only_the_author_changes_a_comment_and_only_for_a_while(
    staff: Staff,
    browse: Browse,
    customer: Customer,
    say: Callable[..., Any],
    django_capture_on_commit_callbacks: Commits,
) -> None:
    say(staff.ann, "第一版")
    key = Comment.objects.get().pk
    url, ann = f"/customers/{customer.pk}/comments/{key}/edit", browse(staff.ann)
    for other in (staff.ben, staff.boss):
        assert browse(other).post(url, {"text": "篡改"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert ann.post(url, {"text": "第二版 @贲志强"}).status_code == 302
    comment = Comment.objects.get()
    assert comment.text == "第二版 @贲志强"
    assert comment.edited_at is not None
    assert told(staff.ben) == [("mention", staff.ann.pk)]
    with django_capture_on_commit_callbacks(execute=True):
        ann.post(url, {"text": "第三版 @贲志强"})
    # Told once, and in the words of now.
    assert [n.facts["text"] for n in Notice.objects.filter(user=staff.ben)] == ["第三版 @贲志强"]
    diffs = [c.diff for c in Change.objects.filter(action="comment_changed").order_by("id")]
    assert [next(iter(diff.values())) for diff in diffs] == [
        ["第一版", "第二版 @贲志强"],
        ["第二版 @贲志强", "第三版 @贲志强"],
    ]
    Comment.objects.update(at=timezone.now() - timedelta(hours=25))
    assert ann.post(url, {"text": "太迟"}).status_code == 422
    assert Comment.objects.get().text == "第三版 @贲志强"


def test_a_deleted_comment_is_told_to_nobody(
    staff: Staff,
    browse: Browse,
    customer: Customer,
    say: Callable[..., Any],
    django_capture_on_commit_callbacks: Commits,
) -> None:
    say(staff.ben, "@安然 说错了的话")
    key = Comment.objects.get().pk
    url = f"/customers/{customer.pk}/comments/{key}/delete"
    assert browse(staff.ann).get(url).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert browse(staff.ben).post(url).status_code == 302
    for path in (f"/customers/{customer.pk}/?tab=comments", "/notices/", "/notices/news"):
        assert "说错了的话" not in browse(staff.ann).get(path).content.decode(), path
    assert Change.objects.get(action="comment_deleted").by_id == staff.ben.pk
    assert browse(staff.ben).post(url).status_code == 404


def test_who_may_delete_the_record_may_delete_its_comments(
    staff: Staff, browse: Browse, customer: Customer, say: Callable[..., Any]
) -> None:
    say(staff.ann, "粗口")
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=staff.cat)
    url = f"/customers/{customer.pk}/comments/{Comment.objects.get().pk}/delete"
    assert browse(staff.cat).post(url).status_code == 422
    assert browse(staff.ben).post(url).status_code == 302
    assert Comment.objects.get().deleted_at is not None


def test_the_picker_finds_by_pinyin_and_says_who_is_blind(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    found = ann.get(f"/customers/{customer.pk}/mention?q=bzq").json()["items"]
    assert [(item["label"], item["sees"]) for item in found] == [("贲志强", True)]
    found = ann.get(f"/customers/{customer.pk}/mention?q=cai").json()["items"]
    assert [(item["label"], item["sees"], item["hint"]) for item in found] == [("蔡晓", False, "看不到这条记录")]


def test_many_comments_come_in_pages(staff: Staff, browse: Browse, customer: Customer) -> None:
    Comment.objects.bulk_create(
        Comment(entity="customers.customer", record_id=customer.pk, by=staff.ann, text=f"第{n}条。") for n in range(45)
    )
    page = browse(staff.ann).get(f"/customers/{customer.pk}/?tab=comments")
    assert page.content.decode().count('class="comment"') == 30
    first = Comment.objects.order_by("-id")[29].pk
    rest = browse(staff.ann).get(f"/customers/{customer.pk}/comments?before={first}", headers={"HX-Request": "true"})
    assert rest.content.decode().count('class="comment"') == 15
    assert "第0条。" in rest.content.decode()


def test_a_comment_on_a_contact_too(staff: Staff, browse: Browse, customer: Customer) -> None:
    contact = (
        entity_of(Customer)
        .model._meta.apps.get_model("customers.Contact")
        ._haike_entity.create(by=staff.ann, name="李雷", customer=customer)
    )
    assert browse(staff.ben).post(f"/contacts/{contact.pk}/comments", {"text": "别打电话"}).status_code == 302
    assert "别打电话" in browse(staff.ann).get(f"/contacts/{contact.pk}/?tab=comments").content.decode()
    assert browse(staff.cat).get(f"/contacts/{contact.pk}/comments").status_code == 404


def test_comments_have_no_place_on_accounts_and_follow_ups(staff: Staff, browse: Browse) -> None:
    assert browse(staff.boss).get(f"/users/{staff.ann.pk}/comments").status_code == 404
    assert browse(staff.boss).post(f"/users/{staff.ann.pk}/star", {"on": "1"}).status_code == 404
