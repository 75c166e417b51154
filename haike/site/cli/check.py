"""Everything that can be wrong before the first page: settings, declarations, models, migrations, database."""

import sys
import sysconfig
from collections.abc import Iterator

import click
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks.messages import CheckMessage
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.utils import translation

from haike.site.cli.language import _
from haike.site.migrating import pending


@click.command()
@click.option("--no-database", is_flag=True, help=_("Look at the sources only"))
def command(no_database: bool) -> None:
    found = [*checks.run_checks(include_deployment_checks=settings.HAIKE_HTTPS), *models_without_migration()]
    found += slow_python()
    if not no_database:
        found += pending_migrations()
    for message in found:
        click.echo(str(message))
    if any(message.is_serious() for message in found):
        sys.exit(1)
    if not found:
        click.echo(_("Nothing is wrong."))


def models_without_migration() -> Iterator[CheckMessage]:
    # Migrations hold the English words; under another language every label would look changed.
    with translation.override(None):
        state = ProjectState.from_apps(apps)
        loader = MigrationLoader(None, ignore_no_migrations=True)
        detector = MigrationAutodetector(loader.project_state(), state, NonInteractiveMigrationQuestioner())
        changes = detector.changes(graph=loader.graph)
    for label, migrations in changes.items():
        for migration in migrations:
            what = ", ".join(operation.describe() for operation in migration.operations)
            hint = f"haike manage makemigrations {label}"
            yield checks.Error(_("Changes without a migration: {what}").format(what=what), hint, label, "haike.E101")


def pending_migrations() -> Iterator[CheckMessage]:
    connection.ensure_connection()
    names = pending()
    if names:
        text = _("Migrations not yet applied: {names}").format(names=", ".join(names))
        yield checks.Warning(text, "haike migrate", id="haike.W102")


def slow_python() -> Iterator[CheckMessage]:
    # Windows does not tell how Python was configured, Debian not all of it; both are built with optimisation.
    built = sysconfig.get_config_var("CONFIG_ARGS")
    if built is not None and "--enable-optimizations" not in built and "'--prefix=/usr'" not in built:
        text = _("This Python was built without optimisation: pages take about a quarter longer.")
        hint = _("Use the Python of the operating system, of python.org or of its container images.")
        yield checks.Warning(text, hint, id="haike.W103")
