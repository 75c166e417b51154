"""Django's command with this project's executor; `migrate_schemas` of hosted mode finds it there, too."""

from django.core.management.commands import migrate

from haike.site.executor import Executor

migrate.MigrationExecutor = Executor  # type: ignore[attr-defined]


class Command(migrate.Command):
    pass
