"""Papers by link: what a customer reads without signing in, what is kept of it, and when a link tells nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from haike.customers.testing import make_contact, make_customer
from haike.dedupe.merge.act import merge
from haike.exchange.models import Export
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.money.models import Invoice
from haike.money.testing import make_contract, make_plan
from haike.papers.models import Opening, PaperLink
from haike.papers.public import GUESSES
from haike.papers.send import SALT
from haike.people.company.profile import change_company
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.quote.record import Quote
from haike.talk.models import Notice

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("Q3")]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 MicroMessenger/8.0.47"


@pytest.fixture
def quote(staff: Staff) -> Quote:
    customer = make_customer(staff.ann, "苏州<锐诚>精密机械有限公司")
    entity = entity_of(Quote)
    lines = entity.looks["lines"].from_json([{"name": "螺杆空压机", "quantity": "2", "price": "12800"}], staff.ann)
    made: Quote = entity.create(
        by=staff.ann, subject="空压机<script>alert(1)</script>", customer=customer, lines=lines,
        contact=make_contact(staff.ann, customer, "钱经理"), remark="内部：底价 11000",
    )  # fmt: skip
    return made


def sent(client: Client, url: str, **values: Any) -> PaperLink:
    """The link that somebody makes by the form behind an address."""
    form = client.get(url).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    answer = client.post(url.partition("?")[0], {**hidden, "days": "30", **values})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    found = PaperLink.objects.order_by("pk").last()
    assert found is not None
    return found


def address(client: Client, link: PaperLink) -> str:
    """Its address outside, as its sender copies it."""
    page = client.get(f"/papers/{link.pk}").content.decode()
    return re.findall(r'data-copy="http://testserver(/public/papers/[^"]+)"', page)[0]


def outsider(agent: str = PHONE) -> Client:
    return Client(headers={"user-agent": agent})


def look(client: Client, path: str) -> str:
    """Open the page in a browser, whose script tells that it is looked at."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert client.post(f"{path}/seen").status_code == 204
    return str(answer.content.decode())


def test_a_customer_reads_what_was_sent_and_the_sender_hears_of_it(
    staff: Staff, quote: Quote, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    change_company(by=staff.boss, name="海客机械有限公司")
    ann = browse(staff.ann)
    form = ann.get(f"/quotes/{quote.pk}/paper/send?template=0").content.decode()
    assert 'value="钱经理"' in form
    link = sent(ann, f"/quotes/{quote.pk}/paper/send?template=0", whom="钱经理")
    assert (link.by_id, link.to, link.opened) == (staff.ann.pk, "钱经理", 0)
    assert Export.objects.filter(by=staff.ann, entity="sales.quote", format="link", rows=1).count() == 1
    path = address(ann, link)
    token = path.rpartition("/")[2]
    assert len(token) == 32
    assert token not in link.sealed + link.digest
    client = outsider()
    with django_capture_on_commit_callbacks(execute=True):
        shown = look(client, path)
    for text in ("海客机械有限公司", "苏州&lt;锐诚&gt;精密机械有限公司", "螺杆空压机", "25,600.00", quote.number):
        assert text in shown
    for text in ("底价 11000", "<script>alert", "haike.js", 'class="menu-rail"'):
        assert text not in shown
    link.refresh_from_db()
    opening = Opening.objects.get()
    assert (link.opened, opening.network, opening.device) == (1, "127.0.0.0/24", "WeChat · iPhone")
    assert link.first_at is not None
    notice = Notice.objects.get(kind="paper_opened")
    assert (notice.user_id, notice.record_id) == (staff.ann.pk, quote.pk)
    actions = Change.objects.filter(entity="sales.quote", record_id=quote.pk).values_list("action", flat=True)
    assert {"paper_sent", "paper_opened"} <= set(actions)
    assert "客户打开了“" in ann.get("/notices/").content.decode()
    panel = ann.get(f"/quotes/{quote.pk}/panel/papers").content.decode()
    assert "钱经理" in panel
    assert "1 次" in panel
    # What was sent stays as it was, whatever becomes of the quote.
    entity = entity_of(Quote)
    lines = entity.looks["lines"].from_json([{"name": "螺杆空压机", "quantity": "2", "price": "9"}], staff.ann)
    entity.change(quote, by=staff.ann, lines=lines)
    assert "25,600.00" in client.get(path).content.decode()


def test_only_people_outside_are_counted(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann = browse(staff.ann)
    path = address(ann, link := sent(ann, f"/quotes/{quote.pk}/paper/send"))
    ann.defaults["HTTP_USER_AGENT"] = PHONE
    look(ann, path)
    look(outsider("Mozilla/5.0 (compatible; WeChatLinkPreview/1.0)"), path)
    look(outsider("facebookexternalhit/1.1"), path)
    look(Client(), path)
    client = outsider()
    assert client.head(path).status_code == 200
    client.get(path)
    client.post(f"{path}/seen", headers={"sec-purpose": "prefetch"})
    link.refresh_from_db()
    assert link.opened == 0
    look(client, path)
    look(client, path)  # the same person who loads the page anew
    look(outsider("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0"), path)
    link.refresh_from_db()
    assert (link.opened, Opening.objects.filter(link=link).count()) == (2, 2)
    assert Change.objects.filter(record_id=quote.pk, action="paper_opened").count() == 1


def test_the_page_is_shut_to_search_engines_frames_and_foreign_scripts(
    staff: Staff, quote: Quote, browse: Browse
) -> None:
    ann = browse(staff.ann)
    answer = outsider().get(address(ann, sent(ann, f"/quotes/{quote.pk}/paper/send")))
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not answer.cookies
    # Such a policy lets no style within the page through.
    assert not re.search(r"<style|\sstyle=", answer.content.decode())


def test_forged_withdrawn_expired_and_deleted_links_tell_nothing(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann, client = browse(staff.ann), outsider()
    link = sent(ann, f"/quotes/{quote.pk}/paper/send")
    path = address(ann, link)
    other = "A" if path[-1] != "A" else "B"
    for forged in (path[:-1] + other, path[:-1] + path[-1].swapcase() + "x", path + "=", "/public/papers/1"):
        answer = client.get(forged)
        assert answer.status_code == 404
        assert quote.number not in answer.content.decode()
        assert client.post(f"{forged}/seen").status_code == 404

    def gone() -> None:
        answer = client.get(path)
        said = answer.content.decode()
        assert answer.status_code == 410
        assert "此单据已不可查看" in said
        assert not [text for text in (quote.number, "报价", "锐诚", staff.ann.name) if text in said]
        client.post(f"{path}/seen")
        assert not Opening.objects.exists()

    PaperLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    gone()
    PaperLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert client.get(path).status_code == 200
    entity_of(Quote).remove(quote, by=staff.boss)
    gone()
    quote.refresh_from_db()
    entity_of(Quote).restore(quote, by=staff.boss)
    assert client.get(path).status_code == 200
    assert browse(staff.cat).post(f"/papers/{link.pk}/withdraw").status_code == 404
    assert ann.post(f"/papers/{link.pk}/withdraw").status_code == 302
    gone()
    assert "data-copy" not in ann.get(f"/papers/{link.pk}").content.decode()
    assert ann.post(f"/papers/{link.pk}/withdraw").status_code == 422


def test_a_code_is_asked_for_and_cannot_be_tried_forever(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann, client = browse(staff.ann), outsider()
    link = sent(ann, f"/quotes/{quote.pk}/paper/send", with_code="1")
    path = address(ann, link)
    code = re.findall(r'data-copy="(\d{6})"', ann.get(f"/papers/{link.pk}").content.decode())[0]
    assert code not in link.code
    asked = client.get(path)
    assert quote.number not in asked.content.decode()
    client.post(f"{path}/seen")
    assert not Opening.objects.exists()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    refused = client.post(path, {"code": wrong})
    assert refused.status_code == 422
    assert "取件码不对" in refused.content.decode()
    assert wrong in refused.content.decode()
    assert client.post(path, {"code": f" {code} "}).status_code == 302
    assert quote.number in look(client, path)
    assert quote.number not in outsider().get(path).content.decode()
    thief = outsider()
    for _time in range(10):
        assert thief.post(path, {"code": wrong}).status_code == 422
    assert thief.post(path, {"code": code}).status_code == 429
    PaperLink.objects.update(wrong_at=timezone.now() - timedelta(hours=2))
    assert thief.post(path, {"code": code}).status_code == 302


def test_who_guesses_addresses_waits(staff: Staff, quote: Quote, browse: Browse) -> None:
    ann, client = browse(staff.ann), outsider()
    path = address(ann, sent(ann, f"/quotes/{quote.pk}/paper/send"))
    for number in range(GUESSES):
        assert client.get(f"/public/papers/{number:032}").status_code == 404
    assert client.get(f"/public/papers/{0:032}").status_code == 429
    assert client.get(path, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_only_who_may_print_sends_and_only_the_sender_copies(staff: Staff, quote: Quote, browse: Browse) -> None:
    url = f"/quotes/{quote.pk}/paper/send"
    assert browse(staff.cat).get(url).status_code == 404
    assert browse(staff.cat).post(url, {"days": "30"}).status_code == 404
    assert not PaperLink.objects.exists()
    ann = browse(staff.ann)
    link = sent(ann, url)
    ben = browse(staff.ben)
    page = ben.get(f"/papers/{link.pk}").content.decode()
    assert link.title in page
    assert "public/papers" not in page
    for path in (f"/papers/{link.pk}", f"/quotes/{quote.pk}/panel/papers"):
        assert browse(staff.cat).get(path).status_code == 404
    role = staff.ann.roles.get()
    rights = {label: {**acts} for label, acts in role.rights.items()}
    for acts in rights.values():
        acts.pop("print", None)
    entity_of(role).change(role, by=staff.boss, rights=rights)
    assert ann.get(url).status_code == 422
    assert ann.post(url, {"days": "30"}).status_code == 422
    assert ann.get(f"/papers/{link.pk}").status_code == 404
    assert link.title not in ann.get(f"/quotes/{quote.pk}/panel/papers").content.decode()
    assert PaperLink.objects.count() == 1


def test_what_is_typed_wrong_is_said_and_a_form_sent_twice_makes_one_link(
    staff: Staff, quote: Quote, browse: Browse
) -> None:
    ann, url = browse(staff.ann), f"/quotes/{quote.pk}/paper/send"
    for days in ("0", "366", "1.5", "x", ""):
        answer = ann.post(url, {"days": days, "whom": "钱经理"})
        assert answer.status_code == 422
        assert 'id="error-days"' in answer.content.decode()
        assert 'value="钱经理"' in answer.content.decode()
    form = ann.get(url).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    for _time in range(2):
        assert ann.post(url, {**hidden, "days": "7"}).status_code == 302
    assert PaperLink.objects.count() == 1
    assert Export.objects.filter(format="link").count() == 1
    # A token that was made for somebody else, or by hand, is not taken.
    stolen = signing.dumps(["A" * 32, staff.ben.pk], salt=SALT)
    for token in (stolen, "A" * 32):
        assert ann.post(url, {"token": token, "days": "7"}).status_code == 302
    assert outsider().get(f"/public/papers/{'A' * 32}").status_code == 404


@pytest.mark.feature("X9", "C15")
def test_the_truth_line_leads_to_sending_the_statement(staff: Staff, browse: Browse) -> None:
    boss, customer, day = browse(staff.boss), make_customer(staff.ann), timezone.localdate() - timedelta(days=40)
    contract = make_contract(staff.boss, customer, "1000", signed_on=day)
    make_plan(staff.boss, "1000", contract=contract, due_on=day)
    entity_of(Invoice).create(by=staff.boss, amount=Decimal(1000), contract=contract)
    shown = boss.get(f"/contracts/{contract.pk}/panel/truth").content.decode()
    url = f"/customers/{customer.pk}/statement/send?from={day:%Y-%m}&amp;to={timezone.localdate():%Y-%m}"
    assert url in shown
    form = boss.get(url.replace("&amp;", "&")).content.decode()
    assert f"{day:%Y-%m}-01" in form


@pytest.mark.feature("X9", "C15")
def test_a_statement_is_sent_frozen(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    customer = make_customer(staff.ann)
    contract = make_contract(staff.boss, customer, "1000")
    make_plan(staff.boss, "1000", contract=contract, due_on=timezone.localdate())
    base, month = f"/customers/{customer.pk}/statement", f"{timezone.localdate():%Y-%m}"
    assert f'href="{base}/send?from={month}&amp;to={month}"' in boss.get(base).content.decode()
    link = sent(boss, f"{base}/send?from={month}&to={month}", whom="财务")
    assert Export.objects.get(format="link").entity == "money.payment"
    path, client = address(boss, link), outsider()
    shown = look(client, path)
    assert "1,000.00" in shown
    assert customer.name in shown
    assert "href=" not in shown.split('<main id="main">')[1].split("</main>")[0]
    make_plan(staff.boss, "777", customer=customer, due_on=timezone.localdate())
    assert "777" not in client.get(path).content.decode()
    assert "财务" in boss.get(f"/customers/{customer.pk}/panel/papers").content.decode()
    assert browse(staff.cat).get(f"{base}/send").status_code == 404
    # The customer is merged away: the paper is that of the one who took it over, for him and for its sender.
    other = make_customer(staff.ann, "苏州锐诚精密机械有限公司")
    merge(entity_of(other), other, [customer], by=staff.boss)
    assert "1,000.00" in look(outsider(f"{PHONE} two"), path)
    assert boss.get(f"/papers/{link.pk}").status_code == 200
    assert "财务" in boss.get(f"/customers/{other.pk}/panel/papers").content.decode()
