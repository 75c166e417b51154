"""People from the command line: the first account, and a way back in for who has lost his password."""

import contextlib
from collections.abc import Iterator

import click
from django.conf import settings

from haike.company import companies, use
from haike.people.models import User
from haike.people.user.actions import check_password, make_user, store_password
from haike.refused import Refused
from haike.site.cli.language import _


@click.group()
@click.option("--company", default="", help=_("Key of the company (hosted mode)"))
@click.pass_context
def command(ctx: click.Context, company: str) -> None:
    ctx.with_resource(opened(company))


@contextlib.contextmanager
def opened(key: str) -> Iterator[None]:
    """The data of the company with this key; the only company where there is one."""
    found = None
    if settings.HAIKE_HOSTED:
        found = next((company for company in companies() if company.schema_name == key), None)
        if found is None:
            raise click.ClickException(_("Say which company: --company KEY. `haike company list` shows the keys."))
    with use(found):
        yield


asks_password = click.password_option(
    envvar="HAIKE_PASSWORD",
    prompt=_("Password"),
    confirmation_prompt=_("Once more"),
    help=_("Password; asked for if not given"),
)


@command.command("add", help=_("Add a person; asks for the password"))
@click.argument("username")
@click.option("--name", default="", help=_("Full name"))
@click.option("--boss", is_flag=True, help=_("May see and do everything"))
@click.option("--role", "roles", multiple=True, help=_("Key of a role, such as sales or manager"))
@asks_password
def add(username: str, name: str, boss: bool, roles: tuple[str, ...], password: str) -> None:
    try:
        check_password(password, None)
        keys = [*roles, *(["boss"] if boss else [])]
        user = make_user(username=username, name=name or username, password=password, roles=keys)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(_("{name} can sign in as {username}.").format(name=user.name, username=user.username))


@command.command("password", help=_("Set a person's password and unlock the account"))
@click.argument("username")
@asks_password
def password_command(username: str, password: str) -> None:
    user = User.objects.filter(username=username.lower()).first()
    if user is None:
        raise click.ClickException(_("Nobody is called {name}.").format(name=username))
    try:
        check_password(password, user)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    store_password(user, password, must_change=False)
    click.echo(_("{name} can sign in as {username}.").format(name=user.name, username=user.username))


@command.command("list", help=_("Show all people"))
def list_command() -> None:
    for user in User.objects.live().order_by("username"):
        click.echo(f"{user.username:<24}{user.name}" + ("" if user.is_active else "  " + _("closed")))
