"""What tests of money share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from haike.kernel import versioned


@pytest.fixture
def savepoint(db: None) -> Callable[[], Any]:
    """For examples that must not see one another's records within one test."""

    @contextmanager
    def undone() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        versioned.forget()

    return undone
