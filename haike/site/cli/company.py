"""Companies of hosted mode: each is a schema, made by migrating it."""

from datetime import datetime
from typing import Any

import click
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django_tenants.utils import get_tenant_domain_model, get_tenant_model

from haike.company import companies
from haike.site.cli.language import _
from haike.site.migrating import migrate_company

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    if not settings.HAIKE_HOSTED:
        raise click.ClickException(_("There is one company only. Many companies need HAIKE_HOSTED=1."))


@command.command("list", help=_("Show all companies"))
def list_command() -> None:
    for company in companies():
        hosts = ", ".join(company.domains.values_list("domain", flat=True))
        click.echo(f"{company.schema_name:<24}{company.name:<32}{hosts}")


@command.command("plan", help=_("Set what the company KEY has booked"))
@click.argument("key")
@click.option("--plan", help=_("Name of the plan"))
@click.option("--seats", type=click.IntRange(1), help=_("How many users it may have"))
@click.option("--from", "starts_on", type=DAY, help=_("First day"))
@click.option("--until", "ends_on", type=DAY, help=_("Last day"))
@click.option("--storage", "storage_mb", type=click.IntRange(1), help=_("Megabytes of files it may keep"))
def plan_command(key: str, **booked: Any) -> None:
    company = get_tenant_model().objects.filter(schema_name=key).first()
    if company is None:
        raise click.ClickException(_("There is no company “{key}”.").format(key=key))
    given = {name: value for name, value in booked.items() if value is not None}
    for name, value in given.items():
        setattr(company, name, value.date() if isinstance(value, datetime) else value)
    company.save(update_fields=list(given) or None)
    click.echo(_("{name}: noted.").format(name=company.name))


@command.command("add", help=_("Make a company: KEY names its schema, HOST the name it is reached by"))
@click.argument("key")
@click.argument("name")
@click.argument("host")
def add(key: str, name: str, host: str) -> None:
    company = get_tenant_model()(schema_name=key, name=name)
    domain = get_tenant_domain_model()(domain=host, is_primary=True, tenant=company)
    try:
        company.full_clean()
        domain.full_clean(exclude=["tenant"])
    except ValidationError as error:
        raise click.ClickException("; ".join(error.messages)) from error
    with transaction.atomic():
        company.save()
        domain.tenant = company
        domain.save()
    migrate_company(company)
    click.echo(_("{name} is ready: {host}").format(name=name, host=host))
