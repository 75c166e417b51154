"""Every entity gets its tab and its mark in lists; its records take their attachments along."""

from __future__ import annotations

from typing import Any

from haike.files.attachment.actions import forget, move
from haike.files.attachment.screen import PANEL, clips
from haike.kernel.entity import Entity, entities
from haike.kernel.events import on


def serve_all() -> None:
    """Serve the entities of all rooms."""
    for entity in entities():
        serve(entity)


def serve(entity: Entity) -> None:
    """Give attachments to one entity."""
    entity.panels.append(PANEL)
    entity.mark_sources.append(clips)

    def purged(*, record_id: int, **_facts: Any) -> None:
        forget(entity.label, record_id)

    def merged(*, record_id: int, into: int, **_facts: Any) -> None:
        move(entity.label, record_id, into)

    on(f"{entity.label}.purged")(purged)
    on(f"{entity.label}.merged")(merged)
