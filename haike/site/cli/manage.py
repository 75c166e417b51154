import click
from django.core.management import execute_from_command_line

from haike.site.cli.language import _


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar=_("COMMAND …"))
def command(arguments: tuple[str, ...]) -> None:
    execute_from_command_line(["haike manage", *arguments])
