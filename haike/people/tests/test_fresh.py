"""Whoever changes what processes remember sees it on his next page, whichever process answers."""

from collections.abc import Callable

import pytest
from django.test import Client

from haike.kernel.record import writer
from haike.kernel.versioned import Version
from haike.people.middleware import FRESH
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P4")]


def changed_by_another_process(user: User) -> None:
    """As this process finds it after another one saved: the rows are new, and it asked for versions just now."""
    with writer():
        User.objects.filter(pk=user.pk).update(theme="dark")
    Version.objects.filter(name="people").update(value=17)


def test_the_next_page_shows_what_oneself_changed(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    answer = client.post("/account/display", {"theme": "light"})
    said = answer.cookies[FRESH]
    assert said["httponly"]
    assert said["max-age"] == 2
    assert 'data-theme-choice="light"' in client.get("/today/").content.decode()
    changed_by_another_process(staff.ann)
    # Who changed nothing may wait a second.
    del client.cookies[FRESH]
    assert 'data-theme-choice="light"' in client.get("/today/").content.decode()
    client.cookies[FRESH] = str(int(said.value) + 600_000)
    assert 'data-theme-choice="dark"' in client.get("/today/").content.decode()


@pytest.mark.parametrize("odd", ["", "abc", "²", "-1", "9" * 400])
def test_an_odd_cookie_hurts_nobody(staff: Staff, browse: Browse, odd: str) -> None:
    client = browse(staff.ann)
    client.cookies[FRESH] = odd
    assert client.get("/today/").status_code == 200


def test_a_page_that_changes_nothing_says_nothing(staff: Staff, browse: Browse) -> None:
    assert FRESH not in browse(staff.ann).get("/customers/").cookies
