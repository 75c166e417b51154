"""The only door to a company's data for jobs, commands and webhooks.

One company: the door is always open. Hosted: each company lives in a PostgreSQL schema of its own, and nothing can be
read or written until a company is set, by the host name of a request or by `use(company)` here.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connections, router

if settings.HAIKE_HOSTED:
    from django.db import connection
    from django_tenants.utils import get_public_schema_name, get_tenant_model, tenant_context


def companies() -> Iterator[Any]:
    """Every company of this installation; a single None where there is only one."""
    if not settings.HAIKE_HOSTED:
        yield None
        return
    yield from get_tenant_model().objects.exclude(schema_name=get_public_schema_name()).order_by("pk")


def use(company: Any) -> AbstractContextManager[Any]:
    """Open this company's data for the time of the block."""
    if not settings.HAIKE_HOSTED:
        return nullcontext()
    return tenant_context(company)


def doors() -> dict[str, Callable[[], AbstractContextManager[Any]]]:
    """Every company's name and its door, as jobs want them (setting HAIKE_COMPANIES)."""
    return {company.schema_name: partial(use, company) for company in companies()}


def holds(using: str, *models: Any) -> bool:
    """Whether a database just migrated is a company's and has the tables of these models.

    The common schema of a hosted service has no company, and a database may be on its way through earlier migrations.
    """
    if not all(router.allow_migrate_model(using, model) for model in models):
        return False
    return {model._meta.db_table for model in models} <= set(connections[using].introspection.table_names())


def current_key() -> str:
    """A short name of the company whose data is open, for keys of caches that live in the process."""
    if not settings.HAIKE_HOSTED:
        return ""
    return str(getattr(connection, "schema_name", ""))
