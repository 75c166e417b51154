import click

from haike.jobs.worker import main
from haike.site.cli.language import _  # noqa: F401


@click.command()
def command() -> None:
    main()
