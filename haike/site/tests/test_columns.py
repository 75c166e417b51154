"""A column that comes to a table of SQLite costs nothing for the rows that are there."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from django.test.utils import CaptureQueriesContext

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
MOMENT = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)
FILLED: dict[str, tuple[Any, Any]] = {
    "text": (models.CharField(max_length=40, default='it\'s 100 % "海客" \\'), 'it\'s 100 % "海客" \\'),
    "empty": (models.TextField(default="", blank=True), ""),
    "flag": (models.BooleanField(default=False), False),
    "sum": (models.DecimalField(max_digits=15, decimal_places=2, default=Decimal("1.50")), Decimal("1.50")),
    "count": (models.PositiveIntegerField(default=7), 7),
    "list": (models.JSONField(default=list), []),
    "moment": (models.DateTimeField(default=lambda: MOMENT, db_index=True), MOMENT),
    "database": (models.CharField(max_length=9, default="x", db_default="x"), "x"),
    "nothing": (models.IntegerField(null=True), None),
}


@pytest.fixture(autouse=True)
def only_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL adds columns by itself")


def drawn(**fields: models.Field[Any, Any]) -> Any:
    """A model with these fields, as a migration knows it."""
    state = ProjectState()
    key = models.BigAutoField(primary_key=True)
    state.add_model(
        ModelState("sample", "Row", [("id", key), *((name, each.clone()) for name, each in fields.items())])
    )
    return state.apps.get_model("sample", "Row")


@pytest.fixture
def table() -> Any:
    model = drawn(name=models.CharField(max_length=9))
    with connection.schema_editor() as editor:
        editor.create_model(model)
    model.objects.create(name="there")
    yield model
    with connection.schema_editor() as editor:
        editor.delete_model(model)


@pytest.mark.parametrize("name", FILLED)
def test_a_column_with_a_value_comes_without_a_new_table(name: str, table: Any) -> None:
    field, value = FILLED[name]
    grown = drawn(name=models.CharField(max_length=9), added=field)
    with CaptureQueriesContext(connection) as asked, connection.schema_editor() as editor:
        editor.add_field(table, grown._meta.get_field("added"))
    assert not any("CREATE TABLE" in each["sql"] for each in asked)
    assert grown.objects.get().added == value
    assert grown.objects.create(name="new").added == value
    with connection.cursor() as cursor:
        indexed = [each for each in connection.introspection.get_constraints(cursor, table._meta.db_table).values()
                   if each["columns"] == ["added"] and each["index"]]  # fmt: skip
    assert bool(indexed) == field.db_index


def test_a_column_keeps_its_conditions(table: Any) -> None:
    grown = drawn(name=models.CharField(max_length=9), added=models.PositiveIntegerField(default=0))
    with connection.schema_editor() as editor:
        editor.add_field(table, grown._meta.get_field("added"))
    for wrong in (-1, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            grown.objects.create(name="new", added=wrong)


def test_columns_that_sqlite_cannot_add_still_come(table: Any) -> None:
    one = {"name": models.CharField(max_length=9), "code": models.CharField(max_length=9, unique=True, default="a")}
    two = {**one, "either": models.IntegerField(null=True, default=3)}
    for name, grown in (("code", drawn(**one)), ("either", drawn(**two))):
        with connection.schema_editor() as editor:
            editor.add_field(table, grown._meta.get_field(name))
        table = grown
    assert table.objects.get().either == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        table.objects.create(name="new", code="a")
