import click

from haike.site.cli.language import _
from haike.site.cli.progress import Bar
from haike.site.migrating import bring_up_to_date


@click.command()
def command() -> None:
    bar = Bar()
    done = bring_up_to_date(bar)
    bar.close()
    click.echo(_("{count} steps done.").format(count=done) if done else _("The database is up to date."))
