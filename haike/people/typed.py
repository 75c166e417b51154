"""Reading a form of which every field must have been sent."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from haike.screens.form import Typed


class AllTyped(Typed):
    """Like `Typed`, but a field that the request leaves out counts as empty, not as unchanged."""

    def read(self, data: QueryDict, files: Any = None, *, whole: bool = True) -> None:
        super().read(data, files, whole=whole)
