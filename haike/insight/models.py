"""The tables of this room."""

from haike.insight.kept import SavedPivot

__all__ = ["SavedPivot"]
