"""`haike rights check`: what every surface shows, held against the rights, on a sample of the live data."""

import sys

import click

from haike.kernel.entity import entity_named
from haike.people.grants import organisation
from haike.people.proof.check import RECORDS, SECONDS, USERS, check_rights, surface_name
from haike.site.cli.language import _
from haike.site.cli.user import opened


@click.group()
@click.option("--company", default="", help=_("Key of the company (hosted mode)"))
@click.pass_context
def command(ctx: click.Context, company: str) -> None:
    ctx.with_resource(opened(company))


@command.command("check", help=_("Compare what every surface shows with the rights; ends with 1 if anything differs"))
@click.option("--users", default=USERS, show_default=True, help=_("Users drawn"))
@click.option("--records", default=RECORDS, show_default=True, help=_("Records drawn of each kind"))
@click.option("--seconds", default=float(SECONDS), show_default=True, help=_("Time at most"))
def check(users: int, records: int, seconds: float) -> None:
    run = check_rights(users=users, records=records, seconds=seconds)
    for finding in run.findings:
        kind, user = entity_named(finding["entity"]), organisation().users.get(finding["user"])
        what = _("shown, not allowed") if finding["leak"] else _("allowed, not shown")
        click.echo(
            f"{what}: {user} · {surface_name(finding['surface'])} · {kind.name if kind else ''} "
            f"{finding['record']} · {finding['where']}"
        )
    text = _("{users} users, {records} records, {questions} answers compared, {findings} differ.")
    click.echo(text.format(users=run.users, records=run.records, questions=run.questions, findings=len(run.findings)))
    sys.exit(1 if run.findings else 0)
