"""The pages of webhooks: who may, what is refused beside its field, the log, the notice to the owner."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from haike.api.tests.receiver import Receiver, receiving
from haike.api.webhook.actions import LOG
from haike.api.webhook.deliver import drain
from haike.api.webhook.record import ALLOW_HTTP, Delivery, Webhook
from haike.customers.models import Customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.talk.models import Notice

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P36")]
CUSTOMERS = entity_of(Customer)
HERE = "/settings/webhooks/"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    with receiving() as found:
        yield found


def make(client: Client, url: str, **more: Any) -> Any:
    return client.post(f"{HERE}new", {"name": "ERP", "url": url, "limit": "all", **more})


def test_making_one_shows_the_secret_this_once(staff: Staff, browse: Browse, receiver: Receiver) -> None:
    choose(ALLOW_HTTP, True)
    boss = browse(staff.boss)
    assert HERE in boss.get("/settings/").content.decode()
    ticked = ["customers.customer:created", "customers.customer:fly", "no.such:created"]
    answer = make(boss, receiver.url, limit="some", tell=ticked).content.decode()
    hook = Webhook.objects.get()
    assert (hook.owner, hook.wanted) == (staff.boss, {"customers.customer": ["created"]})
    secret = re.search(r"whsec_[\w+/=]+", answer)
    assert secret is not None
    for path in (HERE, f"{HERE}{hook.pk}/", f"{HERE}{hook.pk}/edit"):
        page = boss.get(path).content.decode()
        assert secret[0] not in page
        assert hook.secret not in page
        assert receiver.url in page
    edit = boss.get(f"{HERE}{hook.pk}/edit").content.decode()
    assert re.findall(r'value="([^"]+:[^"]+)"[^>]*checked', edit) == ["customers.customer:created"]
    assert Change.objects.filter(entity=LOG, action="create", by=staff.boss).count() == 1
    assert "Webhook" in boss.get("/settings/operations/").content.decode()


def test_others_find_no_such_page(staff: Staff, browse: Browse, receiver: Receiver) -> None:
    choose(ALLOW_HTTP, True)
    make(browse(staff.boss), receiver.url)
    hook = Webhook.objects.get()
    ann = browse(staff.ann)
    for path in (HERE, f"{HERE}new", f"{HERE}{hook.pk}/", f"{HERE}{hook.pk}/edit"):
        assert ann.get(path).status_code == 404
    for act in ("test", "switch", "secret", "delete", "edit"):
        assert ann.post(f"{HERE}{hook.pk}/{act}", {"name": "x", "url": receiver.url}).status_code == 404
    assert make(ann, receiver.url).status_code == 404
    assert Client().get(HERE).status_code == 302
    assert Webhook.objects.get() == hook
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://127.0.0.1/hook", "内网"),
        ("https://169.254.169.254/latest/meta-data/", "内网"),
        ("https://2130706433/", "内网"),
        ("https://[::ffff:10.0.0.1]/", "内网"),
        ("http://8.8.8.8/", "https://"),
        ("hook", "有效的地址"),
        ("https://nowhere.invalid/", "找不到域名"),
        ("https://me:word@8.8.8.8/", "用户名"),
    ],
)
def test_what_is_refused_stands_beside_the_field_and_keeps_what_was_typed(
    url: str, said: str, staff: Staff, browse: Browse
) -> None:
    answer = make(browse(staff.boss), url, name="我的 ERP", limit="some", tell=["customers.customer:deleted"])
    page = answer.content.decode()
    assert answer.status_code == 422
    fault = re.search(r'id="error-url">.*?</p>', page, re.DOTALL)
    assert fault is not None
    assert said in fault[0]
    assert 'value="我的 ERP"' in page
    assert url in page
    assert re.search(r'value="customers.customer:deleted"[^>]*checked', page)
    assert not Webhook.objects.exists()


def test_a_name_and_something_to_tell_are_needed(staff: Staff, browse: Browse) -> None:
    answer = make(browse(staff.boss), "https://8.8.8.8/", name="", limit="some")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="error-name"' in page
    assert 'id="error-wanted"' in page


def test_whoever_saves_it_is_its_owner_from_then_on(staff: Staff, browse: Browse, receiver: Receiver) -> None:
    """Another administrator must not turn what the boss sees towards an address of his own."""
    choose(ALLOW_HTTP, True)
    make(browse(staff.boss), receiver.url)
    hook = Webhook.objects.get()
    customer = CUSTOMERS.create(by=staff.cat, name="蔡晓的客户")
    give_settings(staff)
    ann = browse(staff.ann)
    page = ann.get(f"{HERE}{hook.pk}/edit").content.decode()
    assert "白石" in page
    assert ann.post(f"{HERE}{hook.pk}/secret").status_code == 422
    drain(hook.pk)
    delivery = Delivery.objects.get(entity=CUSTOMERS.label)
    assert delivery.records == 1
    path = f"{HERE}{hook.pk}/deliveries/{delivery.pk}/"
    assert customer.name in browse(staff.boss).get(path).content.decode()
    assert customer.name not in ann.get(path).content.decode(), "the log shows nobody what he may not see"
    with receiving() as hers:
        ann.post(f"{HERE}{hook.pk}/edit", {"name": "ERP", "url": hers.url, "limit": "all"})
        hook.refresh_from_db()
        assert (hook.owner, hook.url) == (staff.ann, hers.url)
        CUSTOMERS.create(by=staff.cat, name="蔡晓的客户二")
        ann.post(f"{path}again")
        drain(hook.pk)
        assert hers.got == []


def give_settings(staff: Staff) -> None:
    role = staff.ann.roles.get()
    entity_of(type(role)).change(role, by=staff.boss, grants=["settings"])


def test_the_log_shows_what_was_sent_and_what_came_back(staff: Staff, browse: Browse, receiver: Receiver) -> None:
    choose(ALLOW_HTTP, True)
    boss = browse(staff.boss)
    make(boss, receiver.url)
    hook = Webhook.objects.get()
    CUSTOMERS.create(by=staff.boss, name="甲<b>公司")
    receiver.answers, receiver.text = [500], b"<script>oops</script>"
    drain(hook.pk)
    delivery = Delivery.objects.get()
    log = boss.get(f"{HERE}{hook.pk}/").content.decode()
    assert "客户" in log
    assert "新建" in log
    assert "500" in log
    page = boss.get(f"{HERE}{hook.pk}/deliveries/{delivery.pk}/").content.decode()
    assert delivery.uid in page
    assert "customers.customer.created" in page
    assert "&lt;script&gt;oops" in page
    assert "<script>oops" not in page
    assert "甲<b>" not in page
    assert boss.get(f"{HERE}{hook.pk}/?state=sent").content.decode().count("/deliveries/") == 0
    assert boss.get(f"{HERE}{hook.pk}/?state=waiting").content.decode().count("/again") == 1
    assert boss.get(f"{HERE}999/deliveries/{delivery.pk}/").status_code == 404
    boss.post(f"{HERE}{hook.pk}/deliveries/{delivery.pk}/again")
    run_ready_jobs()
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_a_test_goes_out_also_while_it_is_off(staff: Staff, browse: Browse, receiver: Receiver) -> None:
    choose(ALLOW_HTTP, True)
    boss = browse(staff.boss)
    make(boss, receiver.url)
    hook = Webhook.objects.get()
    boss.post(f"{HERE}{hook.pk}/switch", {"on": "0"})
    CUSTOMERS.create(by=staff.boss, name="甲公司")
    assert boss.post(f"{HERE}{hook.pk}/test").status_code == 302
    assert receiver.got == [], "the page has not waited for it"
    assert 'hx-trigger="every 2s"' in boss.get(f"{HERE}{hook.pk}/").content.decode()
    run_ready_jobs()
    assert [body["type"] for body in receiver.bodies] == ["haike.test"]
    page = boss.get(f"{HERE}{hook.pk}/").content.decode()
    assert "已送达" in page
    assert "every 2s" not in page
    boss.post(f"{HERE}{hook.pk}/delete")
    assert not Webhook.objects.exists()
    assert Change.objects.filter(entity=LOG, action="delete").exists()


@pytest.mark.feature("P28")
def test_its_owner_hears_that_it_was_switched_off(
    staff: Staff, browse: Browse, receiver: Receiver, django_capture_on_commit_callbacks: Any
) -> None:
    choose(ALLOW_HTTP, True)
    boss = browse(staff.boss)
    make(boss, receiver.url)
    hook = Webhook.objects.get()
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    receiver.answers = [410]
    with django_capture_on_commit_callbacks(execute=True):
        drain(hook.pk)
    notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (staff.boss, "webhook")
    page = boss.get("/notices/").content.decode()
    assert "您的 Webhook 被自动停用" in page
    assert "ERP" in page
    assert "不再接收" in page
    assert boss.get(f"/notices/{notice.pk}/open")["Location"] == f"{HERE}{hook.pk}/"
    assert "不再接收" in boss.get(f"{HERE}{hook.pk}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(f"{HERE}{hook.pk}/delete")
    assert not Notice.objects.exists()


def test_the_pages_in_english(staff: Staff, browse: Browse, receiver: Receiver) -> None:
    choose(ALLOW_HTTP, True)
    boss = browse(staff.boss)
    make(boss, receiver.url)
    hook = Webhook.objects.get()
    CUSTOMERS.create(by=staff.boss, name="Acme")
    drain(hook.pk)
    delivery = Delivery.objects.get()
    boss.post("/account/display", {"language": "en"})
    for path in (HERE, f"{HERE}new", f"{HERE}{hook.pk}/", f"{HERE}{hook.pk}/deliveries/{delivery.pk}/"):
        main = re.search(r"<main.*</main>", boss.get(path).content.decode(), re.DOTALL)
        assert main is not None
        assert not re.search(r"[一-鿿]", main[0].replace("白石", "")), path


def test_what_was_given_up_is_sent_again_all_at_once(staff: Staff, browse: Browse, receiver: Receiver) -> None:
    choose(ALLOW_HTTP, True)
    boss = browse(staff.boss)
    make(boss, receiver.url)
    hook = Webhook.objects.get()
    for name in ("甲公司", "乙公司"):
        CUSTOMERS.create(by=staff.boss, name=name)
    page = f"{HERE}{hook.pk}/"
    assert "重新发送失败的" not in boss.get(page).content.decode()
    Delivery.objects.update(state="failed", tries=10, status=500)
    assert "重新发送失败的 2 条" in boss.get(page).content.decode()
    assert browse(staff.ann).post(f"{page}again").status_code == 404
    assert boss.get(f"{page}again").status_code == 404
    assert Delivery.objects.filter(state="failed").count() == 2
    answer = boss.post(f"{page}again", follow=True).content.decode()
    assert "2 条推送重新发送" in answer
    drain(hook.pk)
    assert [body["data"][0]["record"]["name"] for body in receiver.bodies] == ["甲公司", "乙公司"]
    assert not Delivery.objects.exclude(state="sent").exists()


def test_what_waits_for_a_webhook_that_is_off_promises_no_time(
    staff: Staff, browse: Browse, receiver: Receiver
) -> None:
    choose(ALLOW_HTTP, True)
    boss = browse(staff.boss)
    make(boss, receiver.url)
    hook = Webhook.objects.get()
    CUSTOMERS.create(by=staff.boss, name="甲公司")
    receiver.answers = [500]
    drain(hook.pk)
    page = f"{HERE}{hook.pk}/"
    assert "重试</div>" in boss.get(page).content.decode()
    boss.post(f"{page}switch", {"on": "0"})
    shown = boss.get(page).content.decode()
    assert "重试</div>" not in shown
    assert "启用后发送" in shown
    delivery = boss.get(f"{page}deliveries/{Delivery.objects.get().pk}/").content.decode()
    assert "下次尝试" not in delivery
    assert "\n  &quot;type&quot;: &quot;customers.customer.created&quot;" in delivery, "it is read in lines"
    answer = boss.post(f"{page}again", follow=True).content.decode()
    assert "请先启用" in answer
