"""`haike duplicates rebuild`: the identity keys computed anew, after rows were loaded past the program."""

import click

from haike.dedupe.index import rebuild
from haike.site.cli.language import _
from haike.site.cli.progress import Bar
from haike.site.cli.user import opened


@click.group()
@click.option("--company", default="", help=_("Key of the company (hosted mode)"))
@click.pass_context
def command(ctx: click.Context, company: str) -> None:
    ctx.with_resource(opened(company))


@command.command("rebuild", help=_("Compute all identity keys anew"))
def rebuild_command() -> None:
    bar = Bar()
    made = rebuild(report=bar)
    bar.close()
    click.echo(_("{keys} identity keys.").format(keys=f"{made:,}"))
