"""What follows from follow-ups, and who may change them."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from haike.customers.contact.record import Contact
from haike.customers.customer.actions import plan_contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.refused import Refused
from haike.work.follow_up.actions import add_photos, comment_on, redate, write_follow_up
from haike.work.follow_up.record import FollowUp, FollowUpComment, FollowUpPhoto, to_minute

DAY = timedelta(days=1)


def now() -> datetime:
    return to_minute(timezone.now())


def picture(width: int = 40, height: int = 30, kind: str = "PNG", name: str = "a.png") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(data, kind)
    return SimpleUploadedFile(name, data.getvalue())


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann)


@pytest.mark.feature("A3")
def test_a_talk_sets_last_and_next_contact_and_stage(staff: Staff, customer: Customer) -> None:
    contact = make_contact(staff.ann, customer)
    soon = now() + 3 * DAY
    talk = write_follow_up(
        customer, by=staff.ann, content="谈了价格", contact=contact, stage="intent", next_at=soon, next_what="送样品"
    )
    customer, contact = fresh(customer), fresh(contact)
    assert (customer.last_contact_at, customer.next_contact_at, customer.next_contact_what) == (talk.at, soon, "送样品")
    assert (contact.last_contact_at, contact.next_contact_at) == (talk.at, soon)
    assert customer.stage == "intent"
    assert customer.last_visit_at is None
    assert (talk.created_by, talk.owner) == (staff.ann, staff.ann)


@pytest.mark.feature("A3")
def test_an_earlier_talk_noted_later_changes_no_date(staff: Staff, customer: Customer) -> None:
    today = write_follow_up(customer, by=staff.ann, content="今天", next_at=now() + DAY)
    write_follow_up(customer, by=staff.ann, content="上周", at=now() - 7 * DAY, next_at=now() - 6 * DAY, manner="visit")
    customer = fresh(customer)
    assert (customer.last_contact_at, customer.next_contact_at) == (today.at, today.next_at)
    assert customer.last_visit_at == to_minute(now() - 7 * DAY)


@pytest.mark.feature("A3")
def test_an_appointment_to_come_stands_until_something_else_is_said(staff: Staff, customer: Customer) -> None:
    write_follow_up(customer, by=staff.ann, content="约好了", at=now() - DAY, next_at=now() + 3 * DAY, next_what="上门")
    talk = write_follow_up(customer, by=staff.ann, content="补充一句")
    assert (talk.next_at, talk.next_what) == (to_minute(now() + 3 * DAY), "上门")
    write_follow_up(customer, by=staff.ann, content="不用再联系", next_at=None)
    assert fresh(customer).next_contact_at is None


@pytest.mark.feature("A3")
def test_an_appointment_that_was_kept_is_done(staff: Staff, customer: Customer) -> None:
    write_follow_up(customer, by=staff.ann, content="约好了", at=now() - 3 * DAY, next_at=now() - DAY)
    assert fresh(customer).next_contact_at is not None
    write_follow_up(customer, by=staff.ann, content="打了电话")
    assert fresh(customer).next_contact_at is None


@pytest.mark.feature("A3")
def test_dates_follow_deleting_restoring_and_dating_anew(staff: Staff, customer: Customer) -> None:
    entity = entity_of(FollowUp)
    first = write_follow_up(customer, by=staff.ann, content="一", at=now() - 3 * DAY, next_at=now() + 5 * DAY)
    second = write_follow_up(
        customer, by=staff.ann, content="二", at=now() - DAY, next_at=now() + 9 * DAY, manner="visit"
    )
    entity.remove(second, by=staff.ann)
    assert (fresh(customer).last_contact_at, fresh(customer).next_contact_at) == (first.at, first.next_at)
    assert fresh(customer).last_visit_at is None
    entity.restore(fresh(second), by=staff.ann)
    assert (fresh(customer).last_contact_at, fresh(customer).next_contact_at) == (second.at, second.next_at)
    redate(second, at=now() - 10 * DAY, by=staff.ann)
    assert (fresh(customer).last_contact_at, fresh(customer).next_contact_at) == (first.at, first.next_at)
    assert fresh(customer).last_visit_at == now() - 10 * DAY
    log = Change.objects.filter(entity="work.followup", record_id=second.pk).order_by("id").last()
    assert log is not None
    assert set(log.diff) == {"at"}


@pytest.mark.feature("A3")
def test_text_may_be_corrected_but_the_time_stays(staff: Staff, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈了价个", at=now() - DAY)
    change = entity_of(FollowUp).change
    corrected = change(talk, by=staff.ann, content="谈了价格", at=talk.at)
    assert (corrected.content, corrected.at) == ("谈了价格", talk.at)
    with pytest.raises(Refused) as no:
        change(talk, by=staff.ann, at=now())
    assert "at" in no.value.fields
    with pytest.raises(Refused):
        change(talk, by=staff.ann, customer=make_customer(staff.ann, "别家"))
    assert fresh(talk).version == 2
    assert fresh(talk).at == talk.at


@pytest.mark.feature("A3")
def test_correcting_keeps_a_plan_made_since(staff: Staff, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈了", next_at=now() + DAY)
    plan_contact(fresh(customer), at=now() + 5 * DAY, by=staff.ann)
    entity_of(FollowUp).change(talk, by=staff.ann, content="谈好了")
    assert fresh(customer).next_contact_at == now() + 5 * DAY
    entity_of(FollowUp).change(fresh(talk), by=staff.ann, next_at=now() + 2 * DAY)
    assert fresh(customer).next_contact_at == now() + 2 * DAY


@pytest.mark.feature("A3")
def test_only_the_author_and_who_has_the_grant_change_a_talk(staff: Staff, customer: Customer) -> None:
    entity = entity_of(FollowUp)
    talk = write_follow_up(customer, by=staff.ben, content="经理写的")
    for who in (staff.ann, staff.cat):
        with pytest.raises(Refused):
            entity.change(talk, by=who, content="改")
        with pytest.raises(Refused):
            entity.remove(talk, by=who)
        with pytest.raises(Refused):
            redate(talk, at=now() - DAY, by=who)
        assert not FollowUp.objects.visible_to(who, "edit").exists()
    assert fresh(talk).version == 1
    assert fresh(talk).deleted_at is None
    mine = write_follow_up(customer, by=staff.ann, content="我写的")
    with pytest.raises(Refused):
        entity.change(mine, by=staff.ben, content="改")
    entity.change(mine, by=staff.boss, content="老板改的")
    entity.remove(mine, by=staff.ben)
    actions = (
        Change.objects.filter(entity="work.followup", record_id=mine.pk).order_by("id").values_list("action", "by")
    )
    assert list(actions) == [("create", staff.ann.pk), ("change", staff.boss.pk), ("delete", staff.ben.pk)]


@pytest.mark.feature("A3")
def test_no_talk_with_a_customer_one_does_not_see(staff: Staff, customer: Customer) -> None:
    with pytest.raises(Refused):
        write_follow_up(customer, by=staff.cat, content="偷看")
    assert not FollowUp.objects.exists()
    assert fresh(customer).last_contact_at is None


@pytest.mark.feature("A3")
def test_impossible_talks_are_refused(staff: Staff, customer: Customer) -> None:
    stranger = make_contact(staff.ann, make_customer(staff.ann, "别家"))
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("at", {"at": now() + DAY}),
        ("next_at", {"next_at": now() - DAY}),
        ("contact", {"contact": stranger}),
        ("content", {"content": ""}),
    ]
    for name, values in wrong:
        with pytest.raises(Refused) as no:
            write_follow_up(customer, by=staff.ann, **{"content": "谈", **values})
        assert name in no.value.fields
    assert not FollowUp.objects.exists()
    assert fresh(customer).last_contact_at is None


@pytest.mark.feature("A3")
def test_photos_are_made_anew(staff: Staff, customer: Customer) -> None:
    large = picture(3000, 1000, "JPEG", "现场.jpg")
    talk = write_follow_up(customer, by=staff.ann, content="看了现场", photos=[large, picture(kind="WEBP")])
    first, __ = FollowUpPhoto.objects.filter(follow_up=talk).order_by("id")
    with first.file.open("rb") as data:
        drawn = Image.open(data)
        assert (drawn.format, drawn.size) == ("JPEG", (2000, 667))
    assert "现场" not in first.file.name
    add_photos(talk, [picture()], by=staff.ann)
    assert talk.photos.count() == 3
    with pytest.raises(Refused):
        add_photos(talk, [picture()], by=staff.cat)
    assert talk.photos.count() == 3


@pytest.mark.feature("A3")
@pytest.mark.parametrize(
    "data", [b"", b"<svg onload=alert(1)>", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"0" * 50, b"MZ" * 100]
)
def test_what_is_no_picture_is_refused_with_the_whole_talk(staff: Staff, customer: Customer, data: bytes) -> None:
    with pytest.raises(Refused) as no:
        write_follow_up(customer, by=staff.ann, content="x", photos=[SimpleUploadedFile("a.jpg", data)])
    assert "photos" in no.value.fields
    assert not FollowUp.objects.exists()


@pytest.mark.feature("A3")
def test_superiors_comment(staff: Staff, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈了价格")
    comment = comment_on(talk, text="下次带样品", by=staff.ben)
    assert (comment.created_by, comment.customer, comment.owner) == (staff.ben, customer, staff.ann)
    with pytest.raises(Refused):
        comment_on(talk, text="?", by=staff.cat)
    with pytest.raises(Refused):
        entity_of(FollowUpComment).change(comment, by=staff.ann, text="好")
    assert FollowUpComment.objects.count() == 1


@pytest.mark.feature("A3")
def test_talks_go_with_the_customer_but_keep_their_author(staff: Staff, customer: Customer) -> None:
    talk = write_follow_up(customer, by=staff.ann, content="谈")
    entity_of(Customer).change(fresh(customer), by=staff.ben, owner=staff.ben)
    talk = fresh(talk)
    assert (talk.owner, talk.created_by) == (staff.ben, staff.ann)
    assert not FollowUp.objects.visible_to(staff.ann).exists()


@pytest.mark.feature("A3", "C17")
def test_earlier_talks_stay_with_the_old_customer(staff: Staff, customer: Customer) -> None:
    contact = make_contact(staff.ann, customer)
    talk = write_follow_up(customer, by=staff.ann, content="谈", contact=contact)
    other = make_customer(staff.ann, "新东家")
    entity_of(Contact).change(fresh(contact), by=staff.ann, customer=other)
    assert fresh(talk).customer == customer
    assert fresh(other).last_contact_at is None
