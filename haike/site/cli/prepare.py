"""What has to be there before pages are served: tables, static files, on request a sample company."""

import time
from importlib import import_module
from pathlib import Path

import click
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from haike.site import environment, prepared
from haike.site.cli.language import _
from haike.site.cli.progress import Bar
from haike.site.migrating import bring_up_to_date

SAMPLE_CUSTOMERS = 2_000
"""Enough for lists, search and figures to look as they will; HAIKE_SAMPLE_CUSTOMERS asks for another number."""
KEPT_FOR = 7 * 24 * 3600


@click.command()
@click.option("--sample", is_flag=True, help=_("Make a sample company when there is nobody yet"))
def command(sample: bool) -> None:
    bar = Bar()
    bring_up_to_date(bar)
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
        forget_old_static_files()
    if sample and not settings.HAIKE_HOSTED and not get_user_model()._default_manager.exists():
        import_module("haike.site.cli.demo").make(environment.number("HAIKE_SAMPLE_CUSTOMERS", SAMPLE_CUSTOMERS), bar)
    bar.close()
    prepared.write(settings.HAIKE_DATA, sample=sample)


def forget_old_static_files() -> None:
    """Files of earlier versions serve pages that are still open; after a week nobody needs them."""
    hashed = getattr(staticfiles_storage, "hashed_files", {})
    current = {*hashed, *hashed.values(), "staticfiles.json"}
    root = Path(settings.STATIC_ROOT)
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix().removesuffix(".gz").removesuffix(".br")
        if path.is_file() and name not in current and path.stat().st_mtime < time.time() - KEPT_FOR:
            path.unlink()
