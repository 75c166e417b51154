"""After all migrations, drawn one model at a time, the tables are those of the models."""

import pytest
from django.apps import apps
from django.db import connection

from haike.site.executor import Executor
from haike.site.management.commands import migrate


@pytest.mark.django_db
def test_tables_are_those_of_the_models() -> None:
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed:
                continue
            table = model._meta.db_table
            found = {each.name: each for each in connection.introspection.get_table_description(cursor, table)}
            fields = {field.column: field for field in model._meta.concrete_fields}
            assert set(found) == set(fields), table
            assert {name: each.null_ok for name, each in found.items()} == {
                name: field.null for name, field in fields.items()
            }, table
            if connection.vendor != "postgresql":
                # SQLite tells of keys and indexes only by the text of each table, which takes long to read.
                continue
            there = connection.introspection.get_constraints(cursor, table)
            named = {each.name for each in (*model._meta.indexes, *model._meta.constraints)}
            assert named <= set(there), table
            keys = {tuple(each["columns"]): each["foreign_key"] for each in there.values() if each["foreign_key"]}
            for field in model._meta.local_fields:
                if field.remote_field and field.db_constraint:
                    to = field.target_field
                    assert keys[field.column,] == (to.model._meta.db_table, to.column), field
                if field.unique and not field.primary_key:
                    assert any(each["unique"] and each["columns"] == [field.column] for each in there.values()), field


def test_the_command_goes_that_way() -> None:
    assert migrate.migrate.MigrationExecutor is Executor
