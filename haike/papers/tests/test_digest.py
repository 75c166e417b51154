"""Reminders by e-mail: one mail for each reader, outside quiet hours, with the rights of its moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.option import choose as switch
from haike.papers.digest.record import PAUSES, LateDigest
from haike.papers.digest.work import send_digests
from haike.papers.models import MailServer
from haike.papers.module import PAPERS
from haike.people.account.choices import channels_of
from haike.people.grants import organisation
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.talk.models import Notice
from haike.talk.notice.choice import choose
from haike.talk.notice.kinds import GIVEN, Kind
from haike.talk.notice.send import notify

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P28")]
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
HERE = "/account/workbench"


class Unplugged(EmailBackend):
    """A server that nobody reaches."""

    def open(self) -> bool:
        raise ConnectionRefusedError


@pytest.fixture(autouse=True)
def server(staff: Staff, settings: Any) -> MailServer:
    settings.HAIKE_MAIL_BACKEND = LOCMEM
    for user in (staff.ann, staff.cat):
        entity_of(User).change(user, by=staff.boss, email=f"{user.username}@example.com")
    return MailServer.objects.create(
        pk=1, host="smtp.example.com", sender="post@example.com", site="https://crm.example.com/"
    )


@pytest.fixture
def told(staff: Staff, django_capture_on_commit_callbacks: Any) -> Callable[..., None]:
    def tell(user: User, *records: Customer, kind: Kind = GIVEN) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            for record in records:
                notify([user.pk], kind, record, by=staff.boss)

    return tell


@pytest.fixture
def send(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    def once() -> Any:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            return send_digests.func()

    return once


def wants(client: Client, *ways: str) -> None:
    assert client.post(HERE, {"reminder-given": ways}).status_code == 302


def bell(client: Client) -> int:
    return int(client.get("/notices/news").json()["count"])


@pytest.mark.feature("P4")
def test_what_waits_goes_in_one_mail_with_links(staff: Staff, browse: Browse, told: Any, send: Any) -> None:
    ann = browse(staff.ann)
    wants(ann, "page", "email")
    first, second = make_customer(staff.ann, "苏州<锐诚>机械"), make_customer(staff.ann, "无锡恒达")
    told(staff.ann, first, second)
    assert send() == {"sent": 1}
    (letter,) = mail.outbox
    html = letter.alternatives[0][0]
    keys = list(Notice.objects.filter(user=staff.ann).values_list("pk", flat=True))
    assert (letter.to, letter.from_email) == (["ann@example.com"], "post@example.com")
    assert letter.subject.startswith("海客：2 条提醒 · ")
    for key in keys:
        for text in (letter.body, html):
            assert f"https://crm.example.com/notices/{key}/open" in text
    assert "苏州<锐诚>机械" in letter.body
    assert "苏州&lt;锐诚&gt;机械" in html
    for text in (letter.body, html):
        assert "https://crm.example.com/account/workbench" in text
    assert bell(ann) == 2
    # Nothing goes twice, and what was read meanwhile does not go at all.
    assert send() == {}
    told(staff.ann, make_customer(staff.ann, "已读"))
    ann.post("/notices/read", {})
    assert send() == {"sent": 0}
    assert not mail.outbox


@pytest.mark.feature("P4")
def test_by_e_mail_only_the_bell_is_silent_and_english_readers_read_english(
    staff: Staff, browse: Browse, told: Any, send: Any
) -> None:
    ann = browse(staff.ann)
    wants(ann, "email")
    ann.post("/account/display", {"language": "en"})
    told(staff.ann, make_customer(staff.ann, "苏州锐诚"))
    assert bell(ann) == 0
    assert "苏州锐诚" in ann.get("/notices/?show=all").content.decode()
    assert send() == {"sent": 1}
    assert mail.outbox[0].subject == "Haike: 白石 gave you this record · 苏州锐诚"
    assert "this waits for you" in mail.outbox[0].body


def test_no_mail_tells_of_what_its_reader_does_not_see_any_more(
    staff: Staff, browse: Browse, told: Any, send: Any
) -> None:
    wants(browse(staff.ann), "email")
    lost, kept = make_customer(staff.ann, "苏州锐诚"), make_customer(staff.ann, "无锡恒达")
    told(staff.ann, lost, kept)
    change.change(lost, by=staff.boss, owner=staff.cat)
    send()
    (letter,) = mail.outbox
    assert "无锡恒达" in letter.body
    for text in (letter.subject, letter.body, letter.alternatives[0][0]):
        assert "苏州锐诚" not in text
    told(staff.ann, kept)
    change.change(kept, by=staff.boss, owner=staff.cat)
    assert send() == {"sent": 0}
    assert not Notice.objects.filter(mail=True).exists()


def test_quiet_hours_hold_the_mail_back(staff: Staff, browse: Browse, told: Any, send: Any) -> None:
    wants(browse(staff.ann), "page", "email")
    hours: dict[str, Any] = {"popup": True, "sound": False, "ahead": {}}
    choose(staff.ann, quiet_from=time(0, 0), quiet_to=time(23, 59, 59), **hours)
    told(staff.ann, make_customer(staff.ann, "苏州锐诚"))
    assert send() == {}
    choose(staff.ann, quiet_from=None, quiet_to=None, **hours)
    assert send() == {"sent": 1}


@pytest.mark.feature("P4")
def test_what_is_missing_is_said_and_what_was_chosen_stays(
    staff: Staff, browse: Browse, server: MailServer, told: Any, send: Any
) -> None:
    ann, boss = browse(staff.ann), browse(staff.boss)
    wants(ann, "email")
    page = boss.get(HERE).content.decode()
    assert "您的账户还没有填写邮箱" in page
    assert page.count('value="email" disabled') > 5
    told(staff.ann, make_customer(staff.ann, "苏州锐诚"))
    server.delete()
    assert 'href="/settings/mail"' in boss.get(HERE).content.decode()
    page = ann.get(HERE).content.decode()
    assert "发信服务器" in page
    assert "/settings/mail" not in page
    # The box cannot be ticked now, so the form does not carry it: the choice is still there afterwards.
    wants(ann)
    assert channels_of(organisation().users[staff.ann.pk], "given") == ("email",)
    # What no mail brings comes by the bell.
    assert bell(ann) == 0
    send()
    assert bell(ann) == 1


def test_a_server_that_is_away_is_tried_again_then_the_bell_tells(
    staff: Staff, browse: Browse, told: Any, send: Any, settings: Any
) -> None:
    ann = browse(staff.ann)
    wants(ann, "email")
    told(staff.ann, make_customer(staff.ann, "苏州锐诚"))
    settings.HAIKE_MAIL_BACKEND = f"{__name__}.Unplugged"
    send()
    late = LateDigest.objects.get()
    assert late.tries == 1
    send()  # not yet
    assert LateDigest.objects.get().tries == 1
    settings.HAIKE_MAIL_BACKEND = LOCMEM
    LateDigest.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    assert send() == {"sent": 1}
    assert not LateDigest.objects.exists()
    told(staff.ann, make_customer(staff.ann, "无锡恒达"))
    settings.HAIKE_MAIL_BACKEND = f"{__name__}.Unplugged"
    for _ in range(len(PAUSES) + 1):
        send()
        LateDigest.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    assert bell(ann) == 2
    page = ann.get("/notices/").content.decode()
    assert "给您的提醒邮件发送失败" in page
    assert "无锡恒达" in page
    assert not Notice.objects.filter(mail=True).exists()


def test_the_address_of_the_house_stands_with_the_mail_server(browse: Browse, staff: Staff) -> None:
    boss = browse(staff.boss)
    boss.post("/settings/mail", {"host": ""})
    sent = {"host": "smtp.example.com", "port": "587", "security": "starttls", "sender": "post@example.com"}
    assert boss.post("/settings/mail", sent).status_code == 302
    assert MailServer.objects.get().site == "http://testserver/"
    boss.post("/settings/mail", {**sent, "site": "https://crm.example.com"})
    assert MailServer.objects.get().site == "https://crm.example.com/"
    assert boss.post("/settings/mail", {**sent, "site": "javascript:x"}).status_code == 422


@pytest.mark.feature("P34")
def test_without_papers_by_link_reminders_still_go_by_e_mail(
    staff: Staff, browse: Browse, told: Any, send: Any
) -> None:
    switch(PAPERS.switch, False)
    wants(browse(staff.ann), "email")
    told(staff.ann, make_customer(staff.ann, "苏州锐诚"))
    assert send() == {"sent": 1}
    assert browse(staff.boss).get("/settings/mail").status_code == 200
    assert browse(staff.boss).get("/papers/1").status_code == 404
