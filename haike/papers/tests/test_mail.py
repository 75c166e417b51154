"""Papers by e-mail: the company's mail server, the letter with the link, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from haike.customers.testing import make_contact, make_customer
from haike.jobs.job import Job
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.papers.models import MailServer, PaperLink, PaperMail
from haike.papers.options import MAILS
from haike.papers.tests.mailhouse import PASSWORD, MailHouse, open_mailhouse, signed_by_itself
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.quote.record import Quote
from haike.talk.models import Notice

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("Q3")]
HERE, LOCMEM = "/settings/mail", "django.core.mail.backends.locmem.EmailBackend"
SET = {
    "host": "smtp.example.com", "port": "587", "security": "starttls", "username": "post", "password": PASSWORD,
    "sender_name": "海客机械", "sender": "post@example.com",
}  # fmt: skip
LETTER = {"by_mail": "1", "days": "30", "subject": "报价", "text": "您好：\n{link}\n谢谢", "copy": ""}


class Unplugged(EmailBackend):
    """A server that nobody reaches."""

    def open(self) -> bool:
        raise ConnectionRefusedError


@pytest.fixture(autouse=True)
def memory(settings: Any) -> None:
    settings.HAIKE_MAIL_BACKEND = LOCMEM


@pytest.fixture
def quote(staff: Staff) -> Quote:
    for user in (staff.ann, staff.boss):
        entity_of(User).change(user, by=staff.boss, email=f"{user.username}@example.com")
    customer = make_customer(staff.ann, "苏州锐诚精密机械有限公司")
    contact = make_contact(staff.ann, customer, "钱经理", email="qian@ruicheng.cn")
    made: Quote = entity_of(Quote).create(by=staff.ann, subject="空压机", customer=customer, contact=contact)
    return made


@pytest.fixture
def house() -> Iterator[MailHouse]:
    with open_mailhouse() as made:
        yield made


def set_up(boss: Client, **values: Any) -> None:
    answer = boss.post(HERE, {**SET, **values})
    assert answer.status_code == 302, answer.content.decode()


def form_of(ann: Client, quote: Quote) -> tuple[str, dict[str, str]]:
    """The question, and what its form carries unseen."""
    page = ann.get(f"/quotes/{quote.pk}/paper/send").content.decode()
    return page, dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def sent(ann: Client, quote: Quote, **values: Any) -> PaperMail:
    _page, hidden = form_of(ann, quote)
    answer = ann.post(f"/quotes/{quote.pk}/paper/send", {**hidden, **LETTER, **values})
    assert answer.status_code == 302, answer.content.decode()
    return PaperMail.objects.latest("pk")


def test_the_mail_server_is_set_up_by_who_may_and_its_password_is_shown_to_nobody(
    staff: Staff, quote: Quote, browse: Browse
) -> None:
    ann, boss = browse(staff.ann), browse(staff.boss)
    assert ann.get(HERE).status_code == ann.post(HERE, SET).status_code == 404
    assert HERE not in ann.get("/settings/").content.decode()
    assert HERE in boss.get("/settings/").content.decode()
    bad = {**SET, "host": "http://x y", "port": "70000", "sender": "post", "password": ""}
    page = boss.post(HERE, bad).content.decode()
    assert 'id="error-sender"' in page
    page = boss.post(HERE, {**bad, "sender": "post@example.com"}).content.decode()
    for name in ("host", "port", "password"):
        assert f'id="error-{name}"' in page
    assert not MailServer.objects.exists()
    answer = boss.post(HERE, {**SET, "test": "1"}, follow=True)
    assert "测试邮件已发往 boss@example.com" in answer.content.decode()
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (["boss@example.com"], "海客测试邮件")
    assert 'name="password"' in boss.get(HERE).content.decode()
    server = MailServer.objects.get()
    kept = server.password
    assert PASSWORD not in kept
    # Nothing typed: the password stays, but it does not go to another machine, account or without encryption.
    for moved in ({"host": "evil.example.com"}, {"port": "25"}, {"security": "none"}, {"username": "else"}):
        page = boss.post(HERE, {**SET, **moved, "password": ""}).content.decode()
        assert 'id="error-password"' in page, moved
    set_up(boss, password="", sender_name="海客")
    server.refresh_from_db()
    assert (server.password, server.sender_name, server.host) == (kept, "海客", "smtp.example.com")
    told = list(Change.objects.filter(entity="papers.mailserver").values_list("diff", flat=True))
    assert len(told) == 2
    for shown in (str(told), boss.get(HERE).content.decode(), boss.get("/settings/operations/").content.decode()):
        assert PASSWORD not in shown
        assert kept not in shown
    set_up(boss, host="")
    assert not MailServer.objects.exists()


def test_a_hosted_company_does_not_reach_into_the_house(
    staff: Staff, quote: Quote, browse: Browse, settings: Any
) -> None:
    boss = browse(staff.boss)
    settings.HAIKE_HOSTED = True
    try:
        page = boss.post(HERE, {**SET, "host": "127.0.0.1"}).content.decode()
    finally:
        settings.HAIKE_HOSTED = False
    assert "托管的公司不能连接" in page
    set_up(boss, host="127.0.0.1")


def test_a_link_goes_by_mail_to_contacts_and_typed_addresses_once(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann = browse(staff.ann)
    page, _hidden = form_of(ann, quote)
    assert "by_mail" not in page
    set_up(browse(staff.boss))
    page, hidden = form_of(ann, quote)
    assert "qian@ruicheng.cn" in page
    assert "{link}" in page
    values = {
        **hidden, **LETTER, "to": str(quote.contact_id), "others": "a@b.cn；Cai.Wu@b.cn", "copy": "1", "with_code": "1",
    }  # fmt: skip
    for _time in range(2):
        assert ann.post(f"/quotes/{quote.pk}/paper/send", values).status_code == 302
    link = PaperLink.objects.get()
    shown = ann.get(f"/papers/{link.pk}").content.decode()
    assert "邮件待发送" in shown
    assert "mailto:?subject" not in shown
    run_ready_jobs()
    run_ready_jobs(later=True)
    assert [each.to for each in mail.outbox] == [["qian@ruicheng.cn"], ["a@b.cn"], ["Cai.Wu@b.cn"], ["ann@example.com"]]
    letter = mail.outbox[0]
    address = re.findall(r'data-copy="(http://testserver/public/papers/[^"]+)"', shown)[0]
    code = re.findall(r'data-copy="(\d{6})"', shown)[0]
    assert str(letter.body) == f"您好：\n{address}\n谢谢"
    text = letter.message().as_string()
    assert code not in text.replace(address, "")
    assert letter.message()["To"] == "qian@ruicheng.cn, a@b.cn, Cai.Wu@b.cn"
    assert "ann@example.com" in letter.message()["Reply-To"]
    assert letter.from_email.endswith("<post@example.com>")
    shown = ann.get(f"/papers/{link.pk}").content.decode()
    assert "邮件已发送" in shown
    assert "a@b.cn" in shown
    assert "邮件已发送" in ann.get(f"/quotes/{quote.pk}/panel/papers").content.decode()
    # Colleagues who may print the quote see what became of it, but neither address nor words.
    others = browse(staff.ben).get(f"/papers/{link.pk}").content.decode()
    assert "q***@ruicheng.cn" in others
    assert "qian@" not in others
    assert "谢谢" not in others
    assert Change.objects.filter(record_id=quote.pk, action="paper_mailed").count() == 1
    assert browse(staff.ben).post(f"/papers/{link.pk}/mail").status_code == 404


def test_without_a_mail_server_the_users_own_program_is_offered(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann = browse(staff.ann)
    _page, hidden = form_of(ann, quote)
    # Somebody who forges the switch gets the link alone.
    assert ann.post(f"/quotes/{quote.pk}/paper/send", {**hidden, **LETTER, "others": "a@b.cn"}).status_code == 302
    assert not PaperMail.objects.exists()
    shown = ann.get(f"/papers/{PaperLink.objects.get().pk}").content.decode()
    assert "mailto:?subject=" in shown
    assert "http%3A//testserver/public/papers/" in shown


def test_what_is_wrong_in_a_letter_stands_beside_its_field(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann = browse(staff.ann)
    set_up(browse(staff.boss))
    hers = make_contact(staff.cat, make_customer(staff.cat, "别人的客户"), "密", email="secret@example.com")
    _page, hidden = form_of(ann, quote)
    good = {**hidden, **LETTER, "others": "a@b.cn"}
    wrong = [
        ("to", {"others": ""}),
        ("to", {"to": str(hers.pk)}),
        ("others", {"others": "a@b.cn, nobody"}),
        ("others", {"others": "a@b.cn\r\nBcc: x@y.cn"}),
        ("others", {"others": ",".join(f"a{n}@b.cn" for n in range(11))}),
        ("subject", {"subject": "报价\r\nBcc: x@y.cn"}),
        ("subject", {"subject": "报价\u2028X"}),
        ("subject", {"subject": " "}),
        ("text", {"text": "没有链接"}),
    ]
    for name, values in wrong:
        answer = ann.post(f"/quotes/{quote.pk}/paper/send", {**good, **values})
        page = answer.content.decode()
        assert answer.status_code == 422, values
        assert f'id="error-{name}"' in page, values
        assert "secret@example.com" not in page
    entity_of(User).change(staff.ann, by=staff.boss, email="")
    page = ann.post(f"/quotes/{quote.pk}/paper/send", {**good, "copy": "1"}).content.decode()
    assert 'id="error-copy"' in page
    assert not PaperLink.objects.exists()
    assert not Job.objects.filter(task__contains="papers").exists()


def test_addresses_that_a_user_may_not_read_are_not_offered(staff: Staff, quote: Quote, browse: Browse) -> None:
    set_up(browse(staff.boss))
    role = staff.ann.roles.get()
    fields = {**role.field_rights, "customers.contact": {"email": "masked"}}
    entity_of(role).change(role, by=staff.boss, field_rights=fields)
    page, hidden = form_of(browse(staff.ann), quote)
    assert 'name="others"' in page
    assert "qian@" not in page
    answer = browse(staff.ann).post(f"/quotes/{quote.pk}/paper/send", {**hidden, **LETTER, "to": str(quote.contact_id)})
    assert 'id="error-to"' in answer.content.decode()


def test_a_mail_waits_for_a_server_that_is_away_and_is_given_up_at_last(
    staff: Staff, quote: Quote, browse: Browse, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    ann = browse(staff.ann)
    set_up(browse(staff.boss))
    settings.HAIKE_MAIL_BACKEND = f"{__name__}.Unplugged"
    letter = sent(ann, quote, others="a@b.cn")
    run_ready_jobs()
    letter.refresh_from_db()
    assert (letter.state, letter.fault, letter.tries) == ("waiting", "unreachable", 1)
    shown = ann.get(f"/papers/{letter.link_id}").content.decode()
    assert "连接不上邮件服务器" in shown
    assert "系统会自动重试" in shown
    assert not Notice.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        run_ready_jobs(later=True)
    letter.refresh_from_db()
    assert (letter.state, letter.tries) == ("failed", 7)
    assert Notice.objects.get().user_id == staff.ann.pk
    assert "连接不上邮件服务器" in ann.get("/notices/").content.decode()
    settings.HAIKE_MAIL_BACKEND = LOCMEM
    assert ann.post(f"/papers/{letter.link_id}/mail").status_code == 302
    run_ready_jobs()
    letter.refresh_from_db()
    assert (letter.state, letter.fault, len(mail.outbox)) == ("sent", "", 1)
    # A link that was withdrawn meanwhile is not sent any more.
    second = sent(ann, quote, others="a@b.cn")
    PaperLink.objects.filter(pk=second.link_id).update(withdrawn_at=timezone.now())
    run_ready_jobs()
    second.refresh_from_db()
    assert (second.state, second.fault, len(mail.outbox)) == ("failed", "closed", 1)


def test_a_real_conversation_with_a_mail_server(
    staff: Staff, quote: Quote, browse: Browse, house: MailHouse, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.HAIKE_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    ann, boss = browse(staff.ann), browse(staff.boss)
    there = {"host": "127.0.0.1", "port": str(house.port), "security": "none"}
    set_up(boss, **there)
    letter = sent(ann, quote, others="a@b.cn,gone@b.cn")
    house.refused_to = "gone@b.cn"
    run_ready_jobs()
    letter.refresh_from_db()
    assert (letter.state, letter.fault, letter.refused) == ("failed", "recipient", ["gone@b.cn"])
    to, message = house.took[0]
    assert (to, message["Subject"], message["To"]) == ("a@b.cn", "报价", "a@b.cn, gone@b.cn")
    assert message["From"].addresses[0].display_name == "海客机械"
    assert "http://testserver/public/papers/" in message.get_content()
    assert "拒收发往此地址的邮件。 gone@b.cn" in ann.get(f"/papers/{letter.link_id}").content.decode()
    # Who has it does not get it again.
    house.refused_to = ""
    ann.post(f"/papers/{letter.link_id}/mail")
    run_ready_jobs()
    letter.refresh_from_db()
    assert (letter.state, [to for to, _message in house.took]) == ("sent", ["a@b.cn", "gone@b.cn"])
    house.refused_sender = "post@example.com"
    letter = sent(ann, quote, others="a@b.cn")
    run_ready_jobs()
    assert "不允许用此发件邮箱发信" in ann.get(f"/papers/{letter.link_id}").content.decode()
    house.refused_sender = ""
    wrong = f"{PASSWORD}-not"
    pages = [boss.post(HERE, {**SET, **there, "password": wrong, "test": "1"})]
    assert "不接受此用户名和密码" in pages[0].content.decode()
    letter = sent(ann, quote, others="a@b.cn")
    run_ready_jobs()
    pages += [ann.get(f"/papers/{letter.link_id}"), boss.get("/jobs/"), boss.get("/settings/errors/")]
    assert "不接受此用户名和密码" in pages[1].content.decode()
    encrypted = boss.post(HERE, {**SET, **there, "security": "starttls", "test": "1"}).content.decode()
    assert "不支持所选的加密方式" in encrypted
    house.shutdown()
    house.server_close()
    pages.append(boss.post(HERE, {**SET, **there, "test": "1"}))
    assert "连接不上邮件服务器" in pages[-1].content.decode()
    said = caplog.text + str(list(Job.objects.values())) + "".join(page.content.decode() for page in pages)
    assert PASSWORD not in said
    assert len(house.took) == 2


def test_a_certificate_that_nobody_vouches_for_is_refused_in_words(
    staff: Staff, quote: Quote, browse: Browse, settings: Any, tmp_path: Any
) -> None:
    settings.HAIKE_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    ann, boss = browse(staff.ann), browse(staff.boss)
    with open_mailhouse(signed_by_itself(tmp_path)) as house:
        there = {"host": "127.0.0.1", "port": str(house.port), "security": "ssl"}
        tried = boss.post(HERE, {**SET, **there, "test": "1"}, follow=True).content.decode()
        assert "证书" in tried
        if not MailServer.objects.exists():
            set_up(boss, **there)
        letter = sent(ann, quote, others="a@b.cn")
        run_ready_jobs()
        letter.refresh_from_db()
        assert (letter.state, letter.fault, house.took) == ("failed", "certificate", [])
    assert "证书" in ann.get(f"/papers/{letter.link_id}").content.decode()


def test_a_user_sends_so_many_mails_a_day(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann, boss = browse(staff.ann), browse(staff.boss)
    set_up(boss)
    choose(MAILS, 3)
    sent(ann, quote, others="a@b.cn, b@b.cn")
    _page, hidden = form_of(ann, quote)
    answer = ann.post(f"/quotes/{quote.pk}/paper/send", {**hidden, **LETTER, "others": "c@b.cn, d@b.cn"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "每天最多" in page
    assert "c@b.cn, d@b.cn" in page, "what was typed stays"
    assert (PaperLink.objects.count(), PaperMail.objects.count()) == (1, 1)
    sent(ann, quote, others="c@b.cn")
    # Everybody counts for himself.
    sent(boss, quote, others="c@b.cn")
