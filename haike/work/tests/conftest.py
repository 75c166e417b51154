"""The small company of the tests, and browsers in which its people are signed in."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from haike.kernel import versioned
from haike.people.testing import Staff, make_staff
from haike.people.user.record import User


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """What the process remembers of another test's database is forgotten."""
    versioned.forget()
    cache.clear()


@pytest.fixture
def staff(db: None) -> Staff:
    return make_staff()


@pytest.fixture
def browse(staff: Staff) -> Callable[[User], Client]:
    """A browser in which this user is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
