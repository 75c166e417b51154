"""Seeing as a colleague: his pages, nothing of his own, nothing written, and all of it in the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.preference import Visit
from haike.people.models import Role, User
from haike.people.seeing.actions import KEY
from haike.people.seeing.guard import read_only
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.refused import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X5")]
Browse = Callable[[User], Client]
BANNER = "你正在以"


@pytest.fixture
def as_ann(staff: Staff, browse: Browse) -> Client:
    client = browse(staff.boss)
    assert client.post(f"/users/{staff.ann.pk}/see-as").status_code == 302
    return client


def actions(user: User) -> list[tuple[str, int | None]]:
    rows = Change.objects.filter(entity="people.user", record_id=user.pk, action__startswith="see_as")
    return list(rows.order_by("id").values_list("action", "by_id"))


def test_begin_see_and_go_back(staff: Staff, as_ann: Client) -> None:
    page = as_ann.get(f"/users/{staff.cat.pk}/").content.decode()
    assert BANNER in page
    assert "<b>安然</b>" in page
    assert 'action="/account/seeing/end"' in page
    # Ann finds no roles and no settings.
    assert as_ann.get("/roles/").status_code == 404
    assert as_ann.get("/settings/").status_code == 404
    assert actions(staff.ann) == [("see_as", staff.boss.pk)]
    assert as_ann.post("/account/seeing/end").headers["Location"] == f"/users/{staff.ann.pk}/"
    back = as_ann.get("/roles/")
    assert back.status_code == 200
    assert BANNER not in back.content.decode()
    assert actions(staff.ann) == [("see_as", staff.boss.pk), ("see_as_end", staff.boss.pk)]


@pytest.mark.parametrize("how", ["page", "htmx", "api", "delete"])
def test_nothing_is_written(staff: Staff, as_ann: Client, how: str) -> None:
    """Neither by forms, nor by htmx, nor by the API; not even what the boss himself might write."""
    before, log = staff.ann.version, Change.objects.count()
    here = f"/users/{staff.ann.pk}/"
    headers = {"HX-Request": "true"} if how == "htmx" else {}
    if how == "api":
        answer = as_ann.patch(f"/api/v1{here[:-1]}", json.dumps({"name": "别人"}), content_type="application/json")
        assert "不能修改" in answer.json()["message"]
    elif how == "delete":
        answer = as_ann.delete(f"/api/v1/users/{staff.cat.pk}")
    else:
        answer = as_ann.post(f"{here}edit", {"name": "别人", "version": before}, headers=headers)
        assert "不能修改" in answer.content.decode()
    assert answer.status_code == 403
    staff.ann.refresh_from_db()
    assert (staff.ann.name, staff.ann.version) == ("安然", before)
    assert Change.objects.count() == log


def test_the_api_reads_as_the_colleague(staff: Staff, as_ann: Client) -> None:
    assert as_ann.get("/api/v1/users/").status_code == 200
    assert as_ann.get("/api/v1/roles/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/account/", "/account/tokens/", "/account/signins", "/notices/", "/notices/stream", "/jobs/"]
)
def test_what_is_his_own_stays_closed(as_ann: Client, path: str) -> None:
    answer = as_ann.get(path)
    assert answer.status_code == 403
    assert "只属于安然" in answer.content.decode()


def test_reading_leaves_no_trace_at_the_colleague(staff: Staff, as_ann: Client) -> None:
    assert as_ann.get(f"/users/{staff.ben.pk}/").status_code == 200
    assert not Visit.objects.filter(user=staff.ann).exists()
    staff.ann.refresh_from_db()
    assert staff.ann.last_seen is None
    page = as_ann.get("/users/").content.decode()
    assert 'id="bell"' not in page


def test_only_with_the_grant_and_only_as_somebody_with_less(staff: Staff, browse: Browse) -> None:
    for user in (staff.ann, staff.ben):
        assert browse(user).get(f"/users/{staff.cat.pk}/see-as").status_code == 404
        assert browse(user).post(f"/users/{staff.cat.pk}/see-as").status_code == 404
    assert browse(staff.boss).post(f"/users/{staff.boss.pk}/see-as").status_code == 404
    role = entity_of(Role).create(by=SETUP, name="督导", rights={}, field_rights={}, grants=["see_as"])
    entity_of(User).change(staff.ben, by=SETUP, roles=[*staff.ben.roles.all(), role])
    # He may see as his staff, and not as the boss, who may do more than he.
    assert browse(staff.ben).post(f"/users/{staff.ann.pk}/see-as").status_code == 302
    assert browse(staff.ben).post(f"/users/{staff.boss.pk}/see-as").status_code == 404


def test_it_ends_after_an_hour_by_loss_of_the_right_and_by_signing_out(
    staff: Staff, as_ann: Client, browse: Browse
) -> None:
    session = as_ann.session
    session[KEY] = {**session[KEY], "since": int((timezone.now() - timedelta(minutes=61)).timestamp())}
    session.save()
    assert BANNER not in as_ann.get("/users/").content.decode()
    assert actions(staff.ann)[-1] == ("see_as_end", staff.boss.pk)
    client = browse(staff.boss)
    client.post(f"/users/{staff.cat.pk}/see-as")
    entity_of(User).change(staff.cat, by=SETUP, roles=[Role.objects.get(key="boss")])
    assert BANNER in client.get("/users/").content.decode()
    client.post("/signout")
    assert actions(staff.cat)[-1] == ("see_as_end", staff.boss.pk)
    assert client.get("/users/").status_code == 302


def test_the_database_refuses_writes(staff: Staff) -> None:
    with read_only():
        assert User.objects.count() == 4
        with pytest.raises(Refused), transaction.atomic():
            Visit.objects.create(user=staff.ann, entity="people.user", record_id=1, at=timezone.now())
        for sql in (
            "update people_user set name = 'x'",
            "  /* */ DELETE FROM people_user",
            "WITH gone AS (SELECT 1) INSERT INTO people_role (name) SELECT 'x'",
            "create table x (id int)",
        ):
            with pytest.raises(Refused), connection.cursor() as cursor:
                cursor.execute(sql)
    staff.ann.refresh_from_db()
    assert staff.ann.name == "安然"
