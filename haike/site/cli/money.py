"""`haike money check`: every sum of the books, recomputed from the documents."""

import sys

import click

from haike.money.check.run import check_books
from haike.site.cli.language import _
from haike.site.cli.progress import Bar
from haike.site.cli.user import opened


@click.group()
@click.option("--company", default="", help=_("Key of the company (hosted mode)"))
@click.pass_context
def command(ctx: click.Context, company: str) -> None:
    ctx.with_resource(opened(company))


@command.command("check", help=_("Recompute every sum from the documents; ends with 1 if anything differs"))
@click.option("--most", default=1000, show_default=True, help=_("So many disagreements are listed"))
def check(most: int) -> None:
    bar, found = Bar(), 0
    for finding in check_books(bar):
        found += 1
        if found <= most:
            click.echo(finding.text())
    bar.close()
    click.echo(_("{findings} sums disagree with the documents.").format(findings=found))
    sys.exit(1 if found else 0)
