"""Sessions are read anew with each request, and what one request does with its session stays there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haike.people.signin.sessions import SessionStore
from haike.people.testing import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P1")]


def kept(**values: object) -> str:
    store = SessionStore()
    store.update(values)
    store.save()
    assert store.session_key
    return store.session_key


def test_what_was_kept_is_read_by_one_query() -> None:
    key = kept(seen=7, names=["ann"])
    with CaptureQueriesContext(connection) as queries:
        assert dict(SessionStore(key).items()) == {"seen": 7, "names": ["ann"]}
    assert len(queries) == 1


def test_changes_of_one_reader_do_not_reach_another() -> None:
    key = kept(names=["ann"])
    SessionStore(key)["names"].append("ben")
    assert SessionStore(key)["names"] == ["ann"]


def test_a_session_that_ran_out_is_none() -> None:
    key = kept(seen=7)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    store = SessionStore(key)
    assert dict(store.items()) == {}
    assert store.session_key is None


def test_forged_data_says_nothing() -> None:
    key = kept(seen=7)
    Session.objects.update(session_data="eyJzZWVuIjo4fQ:forged:signature")
    assert dict(SessionStore(key).items()) == {}


def test_whoever_is_signed_out_elsewhere_is_out_at_once(staff: Staff, browse) -> None:
    client: Client = browse(staff.ann)
    assert client.get("/account/").status_code == 200
    Session.objects.all().delete()
    assert client.get("/account/").status_code == 302
