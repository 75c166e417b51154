"""What a freshly migrated database needs: search tables, divisions, the shipped dictionaries."""

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from haike.chinese.divisions import read_divisions
from haike.find import statistics
from haike.kernel import dictionary, search
from haike.kernel.division import Division
from haike.kernel.entity import entities
from haike.kernel.versioned import bump


def prepare(using: BaseDatabaseWrapper) -> None:
    """Bring tables without migrations and shipped rows up to date; may run any number of times."""
    tables = set(using.introspection.table_names())
    if Division._meta.db_table not in tables:
        return  # the public schema of a hosted service holds no company's data
    for entity in entities():
        if entity.search and entity.model._meta.db_table in tables:
            search.ensure_index(using, entity.model)
    with transaction.atomic():
        if not Division.objects.exists():
            Division.objects.bulk_create(_rows(), batch_size=1000)
            bump("divisions")
        dictionary.seed()
    if connection.vendor == "sqlite":
        statistics.count(connection)


def _rows() -> list[Division]:
    return [
        Division(
            code=row.code,
            parent=row.parent_code or "",
            name=row.name,
            short_name=row.short_name,
            level=row.level,
            pinyin=row.pinyin,
            initials=row.initials,
            phone_area_code=row.phone_area_code or "",
            post_code=row.post_code or "",
        )
        for row in read_divisions()
    ]
