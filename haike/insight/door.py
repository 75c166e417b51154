"""The way in: every list leads to its pivot, and the filter builder leads back to it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.insight.question import ASKED
from haike.kernel.entity import Entity
from haike.screens import dialogs
from haike.screens.list import beside_sources


def pivot_beside(entity: Entity, user: Any) -> list[tuple[Any, str, str]]:
    """A list leads to the pivot over what it finds."""
    return [] if "list" in entity.views else [(_("Pivot"), "table", "pivot")]


beside_sources.append(pivot_beside)
dialogs.VIEWS.append("pivot")
dialogs.BESIDE.extend(ASKED)
