"""Migrations with models drawn only where a step needs them.

Django draws every model anew after each step, since all of them are tied together; with two hundred models and some
hundred steps that was more than nine tenths of the time until a new company had its tables. Most steps are about one
model: it is drawn alone, with no more of those that it points to than their columns.
"""

from functools import partial
from typing import Any

from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.migrations.utils import resolve_relation
from django.db.transaction import atomic

Key = tuple[str, str]

READS_BEFORE = (operations.AddField, operations.AlterField)
OF_ONE_MODEL = (operations.CreateModel, operations.AddIndex, operations.AddConstraint, *READS_BEFORE)
"""Steps that read one model, some also as it was before, and of others only what columns they have."""


class Executor(MigrationExecutor):
    """Django's, which goes through the steps of a migration as told above."""

    def _migrate_all_forwards(
        self, state: ProjectState, plan: Any, full_plan: Any, fake: bool, fake_initial: bool
    ) -> ProjectState:
        wanted = {migration for migration, _backwards in plan}
        for migration, _backwards in full_plan:
            if migration in wanted:
                state.__dict__.pop("apps", None)
                state = self.apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        return state

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        migration.apply = partial(apply, migration)  # type: ignore[method-assign]
        return super().apply_migration(state, migration, fake, fake_initial)


def apply(migration: Migration, state: ProjectState, editor: Any, collect_sql: bool = False) -> ProjectState:
    """What `Migration.apply` does, step by step, without keeping all models drawn in between."""
    label = migration.app_label
    last: tuple[Key, StateApps] | None = None
    for step in migration.operations:
        key = about(step, state, label)
        if key:
            before = ProjectState()
            if isinstance(step, READS_BEFORE):
                before.apps = last[1] if last and last[0] == key else apps_about(state, key)
            step.state_forwards(label, state)
            state.apps = apps_about(state, key)
            last = key, state.apps
        else:
            before, last = state.clone(), None
            step.state_forwards(label, state)
        if not editor.atomic_migration and (step.atomic or (migration.atomic and step.atomic is not False)):
            with atomic(editor.connection.alias):
                step.database_forwards(label, editor, before, state)
        else:
            step.database_forwards(label, editor, before, state)
        state.__dict__.pop("apps", None)
    return state


def about(step: Any, state: ProjectState, label: str) -> Key | None:
    """The one model that a step is about; None where it may look at others."""
    if type(step) not in OF_ONE_MODEL:
        return None
    if isinstance(step, operations.CreateModel):
        return label, step.name_lower
    key: Key = label, step.model_name_lower
    if isinstance(step, operations.AlterField):
        old = state.models[key].fields[step.name]
        if any(field.is_relation or field.primary_key or field.unique for field in (old, step.field)):
            # Others may point to this column.
            return None
    return key


def apps_about(state: ProjectState, key: Key) -> StateApps:
    """A registry with this model, if it is there already, and the columns of those it points to."""
    drawn: dict[Key, ModelState] = {}
    if key in state.models:
        drawn[key] = state.models[key]
        waiting = pointed_at(drawn[key])
        while waiting:
            other = waiting.pop()
            if other in drawn:
                continue
            if other not in state.models:
                # Of an app without migrations, whose models Django adds to the whole.
                return StateApps(list(state.real_apps), state.models)
            drawn[other] = columns_of(state.models[other])
            waiting |= pointed_at(drawn[other])
    return StateApps([], drawn)


def columns_of(model: ModelState) -> ModelState:
    """The model without what ties it to others, as far as it is not the key."""
    few = model.clone()
    few.fields = {name: field for name, field in model.fields.items() if field.primary_key or not field.is_relation}
    few.options = {
        name: value for name, value in model.options.items() if name in {"db_table", "abstract", "swappable"}
    }
    few.options |= {"indexes": [], "constraints": []}
    return few


def pointed_at(model: ModelState) -> set[Key]:
    found = {resolve_relation(base) for base in model.bases if isinstance(base, str)}
    for field in model.fields.values():
        if field.is_relation and field.remote_field is not None:
            for relation in (field.remote_field.model, getattr(field.remote_field, "through", None)):
                if relation is not None:
                    found.add(resolve_relation(relation, model.app_label, model.name_lower))
    return found
