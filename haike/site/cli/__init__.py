"""The command `haike`. Each command is a module of this folder; only the one that is asked for is loaded."""

import os
from importlib import import_module

import click
import django
from django.utils import translation

from haike import __version__
from haike.site.cli.language import DJANGO_LANGUAGE, _

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haike.site.settings")

# name: (what it is for, whether it works with the data and so needs Django)
COMMANDS: dict[str, tuple[str, bool]] = {
    "run": (_("Start Haike: web pages and background jobs"), False),
    "prepare": (_("Bring database and static files up to date; `run` does this by itself"), True),
    "migrate": (_("Bring the database up to date"), True),
    "demo": (_("Make a sample company"), True),
    "user": (_("Add people and set passwords"), True),
    "company": (_("Make and list companies (hosted mode)"), True),
    "entity": (_("Show what is derived from an entity's declaration"), True),
    "export": (_("Write an entity's records to a file"), True),
    "money": (_("Check that every sum agrees with the documents"), True),
    "rights": (_("Check that nobody is shown what the rights forbid"), True),
    "duplicates": (_("Keep the index of identity keys for the search for duplicates"), True),
    "check": (_("Find mistakes in settings, declarations and migrations"), True),
    "words": (_("Keep the Chinese words up to date"), False),
    "serve": (_("Serve web pages only"), False),
    "work": (_("Run background jobs only"), False),
    "manage": (_("Run a command of Django, such as shell or makemigrations"), True),
}


class LazyGroup(click.Group):
    """Loads a command's module when it is called, so that `haike --help` and `haike run` start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        help_text, needs_django = COMMANDS[cmd_name]
        if needs_django:
            django.setup()
            translation.activate(DJANGO_LANGUAGE)
        try:
            command: click.Command = import_module(f"haike.site.cli.{cmd_name}").command
        except ModuleNotFoundError as error:
            if not error.name or error.name.startswith("haike"):
                raise
            text = _("{library} is not installed. Install it: pip install {library}")
            raise click.ClickException(text.format(library=error.name)) from error
        command.help = help_text + (f"\n\n{command.help}" if command.help else "")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, text) for name, (text, _needs) in COMMANDS.items()])


@click.group(cls=LazyGroup, help=_("Haike, a CRM suite for small and medium companies."))
@click.version_option(__version__, message="Haike %(version)s", help=_("Show the version and exit."))
def main() -> None: ...
