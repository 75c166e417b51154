import json
from collections.abc import Sequence

import click
from django.conf import settings

from haike.refused import Refused
from haike.site.cli.language import _
from haike.site.cli.progress import Bar
from haike.site.cli.user import opened
from haike.site.demo.make import make_demo
from haike.site.demo.offices import Account
from haike.site.prepared import SAMPLE_ACCOUNTS


@click.command()
@click.option("--customers", default=300, show_default=True, help=_("How many customers it has"))
@click.option("--orders", type=int, help=_("How many orders it has; usually as many as befit its customers"))
@click.option("--company", default="", help=_("Key of the company (hosted mode)"))
def command(customers: int, orders: int | None, company: str) -> None:
    bar = Bar()
    with opened(company):
        accounts = make(customers, bar, orders)
    bar.close()
    click.echo(_("Accounts of the sample company:"))
    for account in accounts:
        click.echo(f"  {account.name:<8}{account.password:<18}{account.what}")


def make(customers: int, bar: Bar, orders: int | None = None) -> Sequence[Account]:
    """Make it, and write down its accounts so that `haike run` can show them."""
    try:
        accounts = make_demo(customers, bar, orders=orders)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    if not settings.HAIKE_HOSTED:
        listed = [{"name": one.name, "password": one.password, "what": str(one.what)} for one in accounts]
        text = json.dumps(listed, ensure_ascii=False)
        (settings.HAIKE_DATA / SAMPLE_ACCOUNTS).write_text(text, encoding="utf-8")
    return accounts
