"""Search: keeping the index of every searched entity, and finding records by words.

Writing happens in the transaction of the record (`change.py`); reading checks rights on the rows.
"""

from django.db import models
from django.db.utils import DEFAULT_DB_ALIAS

from haike.find.finder import Find
from haike.find.index.load import Ready, load, ready, with_part
from haike.find.index.table import Document, drop_index, ensure_index, erase, reown, write
from haike.find.scope import Scope

__all__ = [
    "Document",
    "Ready",
    "drop_index",
    "ensure_index",
    "erase",
    "load",
    "match",
    "ready",
    "reown",
    "with_part",
    "write",
]


def match(model: type[models.Model], words: str, scope: Scope, limit: int, using: str = DEFAULT_DB_ALIAS) -> list[int]:
    """The ids of at most `limit` active records that have all the words, none for words without a character."""
    found = Find(model, scope, words=words, using=using)
    return found.page(limit).ids if found.words else []
