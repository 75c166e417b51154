"""Signing in through the page."""

from collections.abc import Callable

import pytest
from django.test import Client

from haike.people.testing import PASSWORD


@pytest.fixture
def sign_in() -> Callable[..., object]:
    """Try to sign in through the page."""

    def attempt(client: Client, name: str, password: str = PASSWORD, **more: str) -> object:
        return client.post("/signin", {"username": name, "password": password, **more})

    return attempt
