import json

import click
from django.conf import settings

from haike.site.cli.language import _
from haike.site.cli.progress import Bar
from haike.site.demo import make_demo
from haike.site.prepared import SAMPLE_ACCOUNTS


@click.command()
@click.option("--customers", default=300, show_default=True, help=_("How many customers it has"))
def command(customers: int) -> None:
    bar = Bar()
    make(customers, bar)
    bar.close()


def make(customers: int, bar: Bar) -> None:
    """Make it, and write down its accounts so that `haike run` can show them."""
    accounts = make_demo(customers, bar)
    listed = [{"name": account.name, "password": account.password, "what": str(account.what)} for account in accounts]
    text = json.dumps(listed, ensure_ascii=False)
    (settings.HAIKE_DATA / SAMPLE_ACCOUNTS).write_text(text, encoding="utf-8")
