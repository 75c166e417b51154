"""Bring the database up to date: one company's tables, or in hosted mode the shared ones and then each company's."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from haike.company import companies, use
from haike.find import statistics
from haike.site.management.commands.migrate import Command as MigrateCommand

Report = Callable[[int, int, str], None]


class ReportingMigrate(MigrateCommand):
    """Django's command, which reports instead of printing."""

    def __init__(self, total: int, report: Report) -> None:
        super().__init__()
        self.done, self.total, self.report = 0, total, report

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        if action == "apply_success":
            self.done += 1
            self.report(min(self.done, self.total), self.total, str(_("database")))


def pending() -> list[str]:
    """Names of the migrations that this database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def bring_up_to_date(report: Report) -> int:
    """Apply what is pending; tells how many migrations, or in hosted mode how many companies."""
    if settings.HAIKE_HOSTED:
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
        every = list(companies())
        for place, company in enumerate(every, start=1):
            migrate_company(company)
            report(place, len(every), str(company))
        return len(every)
    waiting = pending()
    if waiting:
        call_command(ReportingMigrate(len(waiting), report), interactive=False, verbosity=0)
        statistics.count(connection)
    return len(waiting)


def migrate_company(company: Any) -> None:
    # Making a schema migrates it; False says that it was there.
    if company.create_schema(check_if_exists=True, verbosity=0) is False:
        call_command("migrate_schemas", schema_name=company.schema_name, interactive=False, verbosity=0)
    with use(company):
        statistics.count(connection)
