"""Alarms: unusual use is noticed, shown to those who look after it, put aside with a note."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from haike.kernel.log import Change
from haike.kernel.option import _declared, choose
from haike.kernel.preference import Visit
from haike.people.alarm.kinds import alarm_kinds, mark_seen, raise_alarm, sentence
from haike.people.alarm.place import device_of, network_of
from haike.people.alarm.watch import watch_use
from haike.people.models import Alarm, User
from haike.people.tests.test_logs import sheet
from haike.refused import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P5")]

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50"


def come(sign_in, ip: str, agent: str = WINDOWS.format(120), name: str = "ann") -> None:
    assert sign_in(Client(REMOTE_ADDR=ip, HTTP_USER_AGENT=agent), name).status_code == 302


def set_option(key: str, value: object) -> None:
    choose(_declared[key], value)


def kinds() -> list[str]:
    return list(Alarm.objects.order_by("id").values_list("kind", flat=True))


# -- new places


def test_the_first_sign_in_and_known_places_raise_nothing(staff, sign_in):
    come(sign_in, "183.14.1.1")
    come(sign_in, "183.14.77.5")  # the line got another address over night
    come(sign_in, "183.14.1.1", WINDOWS.format(131))  # the browser was updated
    come(sign_in, "120.1.1.1", name="cat")  # another's first
    assert kinds() == []


def test_a_new_network_raises_an_alarm_once(staff, sign_in):
    come(sign_in, "183.14.1.1")
    come(sign_in, "47.88.3.9")
    come(sign_in, "47.88.3.9")
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.user, alarm.ip) == ("new_place", staff.ann, "47.88.3.9")
    assert "47.88.3.9" in sentence(alarm)
    log = Change.objects.get(entity="people.alarm")
    assert (log.action, log.record_id) == ("alarm", alarm.pk)
    assert "安然" in str(log.diff)


def test_another_persons_place_is_no_excuse(staff, sign_in):
    come(sign_in, "183.14.1.1")
    come(sign_in, "47.88.3.9", name="cat")
    come(sign_in, "47.88.3.9")
    assert kinds() == ["new_place"]


def test_the_setting_says_what_counts_as_new(staff, sign_in):
    set_option("people.alarm_new_place", "both")
    come(sign_in, "183.14.1.1")
    come(sign_in, "47.88.3.9")
    come(sign_in, "183.14.1.1", PHONE)
    assert kinds() == []
    come(sign_in, "8.8.8.8", "curl/8.5.0")
    assert kinds() == ["new_place"]
    set_option("people.alarm_new_place", "never")
    come(sign_in, "9.9.9.9", "wget/1.0")
    assert kinds() == ["new_place"]


def test_a_wrong_password_from_elsewhere_is_no_sign_in(staff, sign_in):
    come(sign_in, "183.14.1.1")
    sign_in(Client(REMOTE_ADDR="47.88.3.9"), "ann", "wrong")
    assert kinds() == []


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WINDOWS.format(99), "Chrome · Windows"),
        (PHONE, "WeChat · iPhone"),
        (f"{WINDOWS.format(99)} Edg/99.0", "Edge · Windows"),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)
def test_devices_are_known_by_kind(agent, device):
    assert device_of(agent) == device


def test_networks(staff):
    assert network_of("183.14.9.9") == network_of("183.14.250.1") != network_of("183.15.9.9")
    assert network_of("2409:8a55:1::1") == network_of("2409:8a55:ffff::2") != network_of("2409:8a56::1")
    assert network_of(None) == ""


# -- masses


def opened(user: User, count: int, *, first: int = 1, ago: timedelta = timedelta(minutes=3)) -> None:
    at = timezone.now() - ago
    Visit.objects.bulk_create(
        Visit(user=user, entity="people.user", record_id=number, title="x", at=at)
        for number in range(first, first + count)
    )


def logged(user: User, action: str, count: int = 1, *, ago: timedelta = timedelta(minutes=3), **diff: object) -> None:
    for number in range(count):
        Change(
            entity="people.user", record_id=number, at=timezone.now() - ago, by=user, action=action, diff=diff
        ).save()


@pytest.fixture
def present(staff) -> None:
    """Everybody was here a moment ago."""
    with_page = Client()
    for user in (staff.ann, staff.cat, staff.boss):
        with_page.force_login(user)
        with_page.get("/account/")


def test_mass_viewing(staff, present):
    set_option("people.alarm_views", 20)
    opened(staff.ann, 20)
    opened(staff.cat, 15)
    opened(staff.cat, 30, first=100, ago=timedelta(hours=2))
    watch_use.call()
    assert kinds() == []
    opened(staff.ann, 1, first=50)
    watch_use.call()
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.user, alarm.facts["count"]) == ("many_views", staff.ann, 21)
    assert "21" in sentence(alarm)


def test_pages_that_were_really_opened_are_counted(staff, browse):
    set_option("people.alarm_views", 2)
    client = browse(staff.ann)
    for user in (staff.ben, staff.cat, staff.ben, staff.cat):
        assert client.get(f"/users/{user.pk}/").status_code == 200
    watch_use.call()
    assert kinds() == []
    client.get(f"/users/{staff.boss.pk}/")
    watch_use.call()
    assert kinds() == ["many_views"]


def test_mass_export_adds_up_over_a_day(staff):
    set_option("people.alarm_exports", 1000)
    logged(staff.ann, "export", 行数=[None, 600])
    logged(staff.ann, "export", ago=timedelta(hours=30), 行数=[None, 900])
    logged(staff.cat, "export", 3)
    watch_use.call()
    assert kinds() == []
    logged(staff.ann, "export", 行数=[None, 600])
    watch_use.call()
    assert (Alarm.objects.get().kind, Alarm.objects.get().facts["count"]) == ("many_exported", 1200)


def test_mass_deletion(staff):
    set_option("people.alarm_deletions", 5)
    logged(staff.ann, "delete", 5)
    logged(staff.ann, "change", 50)
    watch_use.call()
    assert kinds() == []
    logged(staff.ann, "purge", 1)
    watch_use.call()
    assert kinds() == ["many_deleted"]


def test_nought_switches_an_alarm_off(staff):
    set_option("people.alarm_deletions", 0)
    logged(staff.ann, "delete", 50)
    watch_use.call()
    assert kinds() == []


def test_one_alarm_grows_instead_of_many(staff):
    set_option("people.alarm_deletions", 5)
    logged(staff.ann, "delete", 6)
    watch_use.call()
    logged(staff.ann, "delete", 4)
    watch_use.call()
    alarm = Alarm.objects.get()
    assert alarm.facts["count"] == 10
    Alarm.objects.update(seen_at=timezone.now())
    logged(staff.ann, "delete", 5)
    watch_use.call()
    assert Alarm.objects.count() == 1
    logged(staff.ann, "delete", 5)  # twice what was seen
    watch_use.call()
    assert Alarm.objects.count() == 2


def test_a_kind_nobody_declared_is_a_mistake_of_the_program(staff):
    with pytest.raises(RuntimeError):
        raise_alarm("no_such", user=staff.ann)
    assert set(alarm_kinds()) >= {"new_place", "many_views", "many_exported", "many_deleted"}


# -- the page


def test_only_who_looks_after_alarms_finds_them(staff, browse):
    alarm = raise_alarm("many_deleted", user=staff.ann, count=200, most=100, kinds=["people.user"])
    for who in (staff.ann, staff.ben):
        client = browse(who)
        assert client.get("/settings/alarms/").status_code == 404
        assert client.post(f"/settings/alarms/{alarm.pk}/seen", {"note": "x"}).status_code == 404
        assert client.post("/settings/alarms/seen", {"upto": alarm.pk}).status_code == 404
    alarm.refresh_from_db()
    assert alarm.seen_at is None
    page = browse(staff.boss).get("/settings/alarms/").content.decode()
    assert "安然" in page
    assert "大量删除" in page


def test_the_menu_counts_open_alarms(staff, browse):
    client = browse(staff.boss)

    def count() -> bool:
        page = client.get("/account/").content.decode()
        return '<span class="count">1</span>' in page.split("menu-foot")[0]

    assert not count()
    alarm = raise_alarm("many_deleted", user=staff.ann, count=200, most=100, kinds=[])
    assert count()
    assert '<span class="count">1</span>' not in browse(staff.ben).get("/account/").content.decode()
    client.post(f"/settings/alarms/{alarm.pk}/seen", {"note": "问过她了，是整理重复客户"})
    assert not count()


def test_marking_as_seen_keeps_who_and_why(staff, browse):
    client = browse(staff.boss)
    alarm = raise_alarm("many_views", user=staff.ann, count=300, most=200, kinds=["people.user"])
    assert "300" in client.get(f"/settings/alarms/{alarm.pk}/seen").content.decode()
    assert client.post(f"/settings/alarms/{alarm.pk}/seen", {"note": "x" * 600}).status_code == 422
    assert client.post(f"/settings/alarms/{alarm.pk}/seen", {"note": "问过了"}).status_code == 302
    alarm.refresh_from_db()
    assert (alarm.seen_by, alarm.note) == (staff.boss, "问过了")
    assert Change.objects.filter(entity="people.alarm", action="seen", by=staff.boss, record_id=alarm.pk).count() == 1
    client.post(f"/settings/alarms/{alarm.pk}/seen", {"note": "anders"})
    alarm.refresh_from_db()
    assert alarm.note == "问过了"
    operations = client.get("/settings/operations/?entity=people.alarm").content.decode()
    assert "问过了" in operations


def test_all_at_once_takes_only_what_one_had_before_him(staff, browse):
    client = browse(staff.boss)
    for count in (200, 300):
        raise_alarm("many_views", user=staff.ann, count=count, most=200, kinds=[])
    upto = Alarm.objects.latest("id").pk
    assert f"seen?upto={upto}" in client.get("/settings/alarms/").content.decode()
    later = raise_alarm("many_views", user=staff.cat, count=400, most=200, kinds=[])
    client.post("/settings/alarms/seen", {"upto": upto, "note": ""})
    assert list(Alarm.objects.filter(seen_at=None)) == [later]


def test_alarms_are_searched_and_exported(staff, browse):
    client = browse(staff.boss)
    raise_alarm("many_views", user=staff.ann, count=301, most=200, kinds=[])
    raise_alarm("new_place", user=staff.cat, ip="47.88.3.9", network="47.88.3.9", device="")
    old = raise_alarm("many_deleted", user=staff.cat, count=402, most=200, kinds=[])
    client.post(f"/settings/alarms/{old.pk}/seen", {"note": "合并重复"})

    def found(query: str) -> set[str]:
        page = client.get(f"/settings/alarms/?{query}").content.decode()
        return {word for word in ("301", "47.88.3.9", "402") if word in page}

    assert found("") == {"301", "47.88.3.9", "402"}
    assert found("kind=many_views") == {"301"}
    assert found(f"user={staff.cat.pk}") == {"47.88.3.9", "402"}
    assert found("state=open") == {"301", "47.88.3.9"}
    assert found("state=seen") == {"402"}
    assert found("q=合并") == {"402"}
    assert found("q=安然") == {"301"}
    assert found("since=2030-01-01") == set()
    rows = sheet(client.get("/settings/alarms/?format=xlsx&state=seen"))
    assert len(rows) == 2
    assert "402" in str(rows[1])


def test_a_seller_cannot_put_alarms_aside_by_the_act_itself(staff):
    raise_alarm("many_views", user=staff.ann, count=301, most=200, kinds=[])
    with pytest.raises(Refused):
        mark_seen(Alarm.objects.all(), note="", by=staff.ann)
    assert Alarm.objects.filter(seen_at=None).count() == 1


def test_logs_stand_in_the_order_of_time(staff, browse):
    """The sample company writes what happened earlier after what happens now."""
    now = timezone.now()
    for days in (1, 40, 3):
        Change(
            entity="people.user", record_id=staff.ann.pk, at=now - timedelta(days=days), by=staff.ann,
            action="change", diff={f"vor {days} Tagen": ["", "x"]},
        ).save()  # fmt: skip
    page = browse(staff.boss).get(f"/settings/operations/?user={staff.ann.pk}").content.decode()
    places = [page.index(f"vor {days} Tagen") for days in (1, 3, 40)]
    assert places == sorted(places)
