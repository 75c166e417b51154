import sys

import click

from haike.site.cli.language import _
from haike.site.rooms import ROOMS
from haike.site.words.check import check
from haike.site.words.compile import compile_stale
from haike.site.words.update import update


@click.group()
def command() -> None: ...


@command.command("update", help=_("Take over new messages from the sources, drop those no longer used"))
@click.argument("rooms", nargs=-1, type=click.Choice(ROOMS))
def update_command(rooms: tuple[str, ...]) -> None:
    for room, (total, missing, changed) in update(rooms).items():
        line = _("{room}: {total} messages, {missing} without Chinese").format(room=room, total=total, missing=missing)
        click.echo(line + (" *" if changed else ""))


@command.command("check", help=_("Find missing or broken translations and bare text in templates"))
def check_command() -> None:
    problems = check()
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(_("{count} problems").format(count=len(problems)), err=True)
        sys.exit(1)
    click.echo(_("All words are there."))


@command.command("compile", help=_("Compile the catalogues that have changed"))
def compile_command() -> None:
    click.echo(_("{count} catalogues compiled").format(count=compile_stale()))
