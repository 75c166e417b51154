"""`haike export customers customers.xlsx --as NAME`: the sheet that this person would get on screen, also logged."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl

import click

from haike.exchange.export import Order, exportable, write_file
from haike.kernel.entity import Entity, entity_named
from haike.people.models import User
from haike.refused import Refused
from haike.site.cli.language import _
from haike.site.cli.progress import Bar
from haike.site.cli.user import opened


@click.command()
@click.argument("entity")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--as", "username", required=True, help=_("User name of the person with whose rights it is done"))
@click.option("--columns", default="", help=_("Names of fields by commas; all if not given"))
@click.option("--query", default="", help=_("What the address of the list says after the question mark"))
@click.option("--company", default="", help=_("Key of the company (hosted mode)"))
def command(entity: str, file: Path, username: str, columns: str, query: str, company: str) -> None:
    form = file.suffix.lstrip(".").lower()
    if form not in {"xlsx", "csv"}:
        raise click.ClickException(_("The file's name has to end in .xlsx or .csv."))
    with opened(company), said():
        found = named(entity)
        user = User.objects.live().filter(username=username.lower(), is_active=True).first()
        if user is None:
            raise click.ClickException(_("Nobody is called {name}.").format(name=username))
        chosen = [name.strip() for name in columns.split(",") if name.strip()] or list(exportable(found, user))
        kind: Literal["xlsx", "csv"] = "csv" if form == "csv" else "xlsx"
        order = Order(label=found.label, columns=chosen, format=kind, query=dict(parse_qsl(query)))
        bar = Bar()
        rows = write_file(order, user, file, lambda done, total: bar(done, total or done, str(found.label_plural)))
        bar.close()
    click.echo(_("{count} rows in {file}").format(count=rows, file=file))


def named(name: str) -> Entity:
    found = entity_named(name)
    if found is None:
        raise click.ClickException(_("No entity is called {name}.").format(name=name))
    return found


@contextlib.contextmanager
def said() -> Iterator[None]:
    """What is refused ends the command with its sentence."""
    try:
        yield
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
