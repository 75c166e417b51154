"""Signing in, being kept out, coming back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from captcha.models import CaptchaStore
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.jobs.testing import run_ready_jobs
from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.people.signin import hashing
from haike.people.signin.options import IDLE_MINUTES
from haike.people.signin.record import SignIn
from haike.people.testing import PASSWORD
from haike.people.user import actions
from haike.people.user.record import User

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P1")]
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # noon in Shanghai


def signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def solved(response) -> dict[str, str]:
    """The fields that a person fills in who can read the picture."""
    key = re.search(r'name="captcha_key" value="(\w+)"', response.content.decode()).group(1)
    return {"captcha_key": key, "captcha": CaptchaStore.objects.get(hashkey=key).response}


@pytest.mark.parametrize(
    "name", ["ann", "ANN", " ann ", "13800000001", "138 0000 0001", "ann@example.com", "Ann@Example.com"]
)
def test_user_name_phone_and_mail_open_the_door(client, staff, sign_in, name):
    answer = sign_in(client, name, next="/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert signed_in(client)
    row = SignIn.objects.latest("id")
    assert (row.user_id, row.result, row.ip) == (staff.ann.pk, "ok", "127.0.0.1")


def test_passwords_are_hashed_with_argon2(staff, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    actions.store_password(staff.ann, "another-long-one", must_change=False)
    assert User.objects.get(pk=staff.ann.pk).password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), PASSWORD + " "])
def test_a_wrong_password_stays_outside(client, staff, sign_in, password):
    assert sign_in(client, "ann", password).status_code == 422
    assert not signed_in(client)


def test_unknown_names_and_wrong_passwords_get_the_same_answer(client, staff, sign_in):
    clean = re.compile(r'name="(csrfmiddlewaretoken|username)"[^>]*|content="[\w]{64}"|value="(ann|nobody)"')
    first = clean.sub("", sign_in(client, "ann", "wrong").content.decode())
    second = clean.sub("", sign_in(client, "nobody", "wrong").content.decode())
    assert first == second
    assert list(SignIn.objects.order_by("id").values_list("result", "typed")) == [
        ("wrong", "ann"),
        ("unknown", "nobody"),
    ]


def test_unknown_names_cost_as_much_hashing(client, staff, sign_in, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    sign_in(client, "nobody", "guess")
    assert hashed == ["guess"]


def test_a_captcha_after_three_failures(client, staff, sign_in):
    for _ in range(2):
        assert "captcha_key" not in sign_in(client, "ann", "wrong").content.decode()
    answer = sign_in(client, "ann", "wrong")
    assert "captcha_key" in answer.content.decode()
    assert not signed_in(client)
    # The right password alone does not do any more, nor does a wrong answer.
    assert sign_in(client, "ann").status_code == 422
    answer = sign_in(client, "ann", captcha_key=solved(answer)["captcha_key"], captcha="zzzz")
    assert answer.status_code == 422
    assert SignIn.objects.latest("id").result == "captcha"
    assert sign_in(client, "ann", **solved(answer)).status_code == 302
    assert signed_in(client)


def test_a_picture_is_good_for_one_try(client, staff, sign_in):
    for _ in range(3):
        answer = sign_in(client, "ann", "wrong")
    once = solved(answer)
    sign_in(client, "ann", "wrong", **once)
    assert sign_in(client, "ann", **once).status_code == 422


def test_many_names_from_one_address_need_a_captcha(client, staff, sign_in):
    for name in ("x", "y", "z"):
        sign_in(client, name, "wrong")
    assert "captcha_key" in client.get("/signin").content.decode()
    assert sign_in(client, "ann").status_code == 422


def test_who_mistypes_does_not_trouble_colleagues_behind_the_same_address(client, staff, sign_in):
    for _ in range(3):
        sign_in(client, "ann", "wrong")
    assert "captcha_key" not in client.get("/signin").content.decode()
    assert sign_in(client, "ben").status_code == 302


def fail_ten_times(client, sign_in, name="ann"):
    extra = {}
    for _ in range(10):
        answer = sign_in(client, name, "wrong", **extra)
        extra = solved(answer) if b"captcha_key" in answer.content else {}
    return answer, extra


@time_machine.travel(NOON, tick=False)
def test_ten_failures_lock_the_account_until_tomorrow(client, staff, sign_in):
    answer, extra = fail_ten_times(client, sign_in)
    assert "锁定" in answer.content.decode()
    assert sign_in(client, "ann", **extra).status_code == 422
    assert SignIn.objects.latest("id").result == "locked"
    # From another address too.
    assert Client(REMOTE_ADDR="10.0.0.9").post("/signin", {"username": "ann", "password": PASSWORD}).status_code == 422
    with time_machine.travel(NOON + timedelta(hours=12, minutes=1), tick=False):
        assert sign_in(client, "ann").status_code == 302


@time_machine.travel(NOON, tick=False)
def test_an_administrator_unlocks_an_account(client, staff, sign_in, browse):
    fail_ten_times(client, sign_in)
    assert browse(staff.cat).post(f"/users/{staff.ann.pk}/unlock").status_code == 404
    assert browse(staff.ben).post(f"/users/{staff.ann.pk}/unlock").status_code == 302
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert sign_in(elsewhere, "ann").status_code == 302


@time_machine.travel(NOON, tick=False)
def test_a_name_that_nobody_has_seems_to_lock_as_well(client, staff, sign_in):
    answer, _ = fail_ten_times(client, sign_in, "nobody")
    assert "锁定" in answer.content.decode()


def test_a_closed_account_stays_outside_and_its_sessions_end(staff, sign_in, browse):
    open_page = browse(staff.ann)
    assert signed_in(open_page)
    actions.close_user(staff.ann, by=staff.ben)
    assert not signed_in(open_page)
    fresh = Client()
    assert "停用" in sign_in(fresh, "ann").content.decode()
    assert SignIn.objects.latest("id").result == "closed"


def test_the_page_asks_to_sign_in_and_returns(client, staff, sign_in):
    answer = client.get("/users/?tab=active&q=%E5%AE%89")
    assert answer.status_code == 302
    assert answer["Location"] == "/signin?next=/users/%3Ftab%3Dactive%26q%3D%25E5%25AE%2589"
    page = client.get(answer["Location"]).content.decode()
    assert 'name="next" value="/users/?tab=active&amp;q=%E5%AE%89"' in page


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_the_way_back_never_leads_elsewhere(client, staff, sign_in, next_url):
    assert sign_in(client, "ann", next=next_url)["Location"] == "/"


def test_scripts_get_401_and_a_dialog(client, staff):
    answer = client.get("/users/", headers={"HX-Request": "true", "Referer": "http://testserver/users/?tab=all"})
    assert answer.status_code == 401
    assert answer["X-Sign-In"] == "/signin?next=/users/%3Ftab%3Dall"
    assert client.get("/users/", headers={"Accept": "application/json"}).status_code == 401
    assert 'id="sign-in"' in client.get("/signin?next=/manifest.webmanifest").content.decode()


def test_thirty_idle_minutes_end_the_session(client, staff, sign_in):
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, "ann")
        clock.shift(timedelta(minutes=29))
        assert signed_in(client)
        clock.shift(timedelta(minutes=29))
        assert signed_in(client)
        clock.shift(timedelta(minutes=31))
        answer = client.get("/account/")
        assert answer["Location"] == "/signin?next=/account/&idle=1"
        assert "30 分钟" in client.get(answer["Location"]).content.decode()
        assert SignIn.objects.latest("id").result == "idle"
        assert not signed_in(client)


def test_the_user_is_noted_as_seen_once_a_minute(client, staff, sign_in, django_assert_num_queries):
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, "ann")
        signed_in(client)
        before = User.objects.get(pk=staff.ann.pk).last_seen
        clock.shift(timedelta(seconds=30))
        signed_in(client)
        assert User.objects.get(pk=staff.ann.pk).last_seen == before
        clock.shift(timedelta(seconds=40))
        signed_in(client)
        assert User.objects.get(pk=staff.ann.pk).last_seen == NOON + timedelta(seconds=70)


def test_signing_in_changes_the_session_key(client, staff, sign_in):
    client.get("/signin")
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    sign_in(client, "ann")
    assert client.session.session_key != before


def test_signing_out(client, staff, sign_in):
    sign_in(client, "ann")
    assert client.get("/signout").status_code == 405
    assert client.post("/signout").status_code == 302
    assert not signed_in(client)
    assert SignIn.objects.latest("id").result == "out"


def test_a_first_password_must_be_changed(client, staff, sign_in, browse):
    answer = browse(staff.ben).post(
        f"/users/{staff.ann.pk}/password", {"password": "start-here-1", "again": "start-here-1"}
    )
    assert answer.status_code == 302
    sign_in(client, "ann", "start-here-1")
    assert client.get("/users/")["Location"] == "/account/password"
    assert client.get("/users/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/password"
    answer = client.post("/account/password", {"old": "start-here-1", "password": "my-own-77x", "again": "my-own-77x"})
    assert answer.status_code == 302
    assert client.get("/users/").status_code == 200


def test_a_new_password_ends_other_sessions_but_not_this_one(staff, browse):
    here, elsewhere = browse(staff.ann), browse(staff.ann)
    assert signed_in(elsewhere)
    here.post("/account/password", {"old": PASSWORD, "password": "my-own-77x", "again": "my-own-77x"})
    assert signed_in(here)
    assert not signed_in(elsewhere)


@pytest.mark.parametrize(
    ("old", "password", "again", "said"),
    [
        ("wrong", "my-own-77x", "my-own-77x", "不是您现在的密码"),
        (PASSWORD, "short", "short", "至少"),
        (PASSWORD, "83749283749", "83749283749", "数字"),
        (PASSWORD, "my-own-77x", "my-own-77y", "不一致"),
        (PASSWORD, PASSWORD, PASSWORD, "不同"),
    ],
)
def test_password_rules_speak_chinese(staff, browse, old, password, again, said):
    answer = browse(staff.ann).post("/account/password", {"old": old, "password": password, "again": again})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert User.objects.get(pk=staff.ann.pk).check_password(PASSWORD)


def ask_for_link(client, name):
    return client.post("/forgot", {"username": name, **solved(client.get("/forgot"))})


def test_a_forgotten_password_is_reset_by_mail(client, staff, sign_in):
    assert ask_for_link(client, "ann@example.com").status_code == 302
    run_ready_jobs()
    assert [message.to for message in mail.outbox] == [["ann@example.com"]]
    link = re.search(r"http://testserver(/reset/\S+)", mail.outbox[0].body).group(1)
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": "quite-new-88", "again": "quite-new-88"}).status_code == 302
    assert sign_in(client, "ann", "quite-new-88").status_code == 302
    # The link works once.
    assert client.get(link)["Location"] == "/forgot"


def test_asking_for_a_link_tells_nobody_who_exists(client, staff):
    known, unknown = ask_for_link(client, "ann"), ask_for_link(client, "nobody")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    for _ in range(5):
        ask_for_link(client, "ann")
    run_ready_jobs()
    assert len(mail.outbox) == 3


def test_a_request_costs_no_query_to_know_its_user(staff, browse):
    client = browse(staff.ann)
    for _ in range(2):
        client.get("/account/display")
    with CaptureQueriesContext(connection) as asked:
        client.get("/account/display")
    assert [query["sql"].split('"')[1] for query in asked] == ["django_session"]


def test_few_passwords_are_hashed_at_once(client, staff, sign_in, monkeypatch):
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    with hashing.hashing(), hashing.hashing():
        answer = sign_in(client, "ann")
    assert "登录的人太多" in answer.content.decode()
    assert sign_in(client, "ann").status_code == 302


def test_an_address_sent_by_the_browser_itself_is_not_believed(staff, sign_in, settings):
    settings.HAIKE_HTTPS = True
    sign_in(Client(headers={"X-Forwarded-For": "6.6.6.6, 10.9.9.9"}, secure=True), "ann")
    assert SignIn.objects.latest("id").ip == "10.9.9.9"
    settings.HAIKE_HTTPS = False
    sign_in(Client(headers={"X-Forwarded-For": "6.6.6.6"}), "ann")
    assert SignIn.objects.latest("id").ip == "127.0.0.1"


@pytest.mark.feature("P23")
def test_changes_tell_from_where_they_came(staff):
    client = Client(REMOTE_ADDR="10.4.4.4")
    client.force_login(staff.ann)
    client.post("/account/", {"phone": "13800000001", "email": "ann@example.com", "gender": "female"})
    assert Change.objects.filter(entity="people.user", record_id=staff.ann.pk).latest("id").origin == "10.4.4.4"


def test_how_long_one_may_rest_is_a_setting(client, staff, sign_in):
    choose(IDLE_MINUTES, 90)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, "ann")
        clock.shift(timedelta(minutes=80))
        assert signed_in(client)
        clock.shift(timedelta(minutes=91))
        assert "90 分钟" in client.get(client.get("/account/")["Location"]).content.decode()


def test_every_attempt_is_written_down_with_time_place_and_program(client, staff):
    for password in ("wrong", PASSWORD):
        client.post("/signin", {"username": "ann", "password": password}, headers={"User-Agent": "Mozilla/5.0 X"})
    rows = SignIn.objects.order_by("id")
    assert [row.result for row in rows][-1] == "ok"
    assert rows[0].result != "ok"
    assert {(row.typed, row.ip, row.agent) for row in rows} == {("ann", "127.0.0.1", "Mozilla/5.0 X")}
    assert all(row.at is not None for row in rows)
