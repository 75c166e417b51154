"""Serving every entity that opted in, without a line in its screens."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.utils.translation import gettext_lazy as _

from haike.bulk.pages import KINDS
from haike.bulk.undo import UNDOERS
from haike.dedupe.identity import Identity, identities
from haike.dedupe.index import IdentityKey, ensure_index, forget, keys_ahead
from haike.dedupe.many import tell
from haike.dedupe.merge.act import MERGE
from haike.dedupe.merge.record import keys_within, winner_of
from haike.dedupe.merge.screen import merge_act
from haike.dedupe.merge.undo import undo_merge
from haike.dedupe.note import note_of
from haike.exchange.run import AHEAD, TELLERS
from haike.kernel.entity import Entity
from haike.kernel.events import on
from haike.people.switches import declare_grants
from haike.screens.form import FIELD_NOTES
from haike.screens.list import bulk_sources
from haike.screens.record import KEYS_WITHIN, MOVED_TO

declare_grants({"duplicates": _("Search the whole stock for duplicates and rule on who keeps a customer")})


def serve_all() -> None:
    """Serve the entities of the rooms that are loaded."""
    FIELD_NOTES.append(note_of)
    TELLERS.append(tell)
    AHEAD.append(keys_ahead)
    MOVED_TO.append(winner_of)
    KEYS_WITHIN.append(keys_within)
    bulk_sources.append(merge_act)
    KINDS[MERGE] = _("Merge")
    UNDOERS[MERGE] = undo_merge
    for identity in identities():
        _forget_purged(identity.entity)


def _forget_purged(entity: Entity) -> None:
    @on(f"{entity.label}.purged")
    def purged(record_id: int, **_facts: Any) -> None:
        forget(entity, [record_id])


def fill_index(using: str) -> None:
    """Once, for a company that had records before this room."""
    tables = set(connections[using].introspection.table_names())
    if all(_table(each) in tables for each in identities()) and IdentityKey._meta.db_table in tables:
        ensure_index()


def _table(identity: Identity) -> str:
    return str(identity.entity.model._meta.db_table)
