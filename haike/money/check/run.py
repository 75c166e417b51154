"""Going through the whole of the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from haike.kernel.entity import Label
from haike.money.check.books import Books
from haike.money.check.chances import CHANCES
from haike.money.check.documents import DOCUMENTS, Check
from haike.money.check.finding import Finding
from haike.money.check.reports import REPORTS

CHECKS: dict[Label, Check] = {**DOCUMENTS, **REPORTS, **CHANCES}
"""What is gone through, by what it is called."""


def check_books(report: Callable[[int, int, str], None] = lambda *_: None) -> Iterator[Finding]:
    """All that disagrees in the company's books; `report` is told how far it is. Nothing is written.

    All is read as it was at one moment, so people may go on working meanwhile.
    """
    with _one_moment():
        books = Books()
        for done, (what, check) in enumerate(CHECKS.items()):
            report(done, len(CHECKS), str(what))
            yield from check(books)
        report(len(CHECKS), len(CHECKS), "")


@contextmanager
def _one_moment() -> Iterator[None]:
    """Everything is read as it was when the first thing was read, and nobody who writes has to wait."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # `atomic` takes the right to write at once, which a reader does not need.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
