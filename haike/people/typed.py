"""Reading a form of which every field must have been sent."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from haike.screens.form import Typed


class AllTyped(Typed):
    """Like `Typed`, but a field that the request leaves out counts as empty, not as unchanged."""

    def read(self, data: QueryDict, files: Any = None) -> None:
        super().read(data, files)
        for name, look in self.looks.items():
            if look.kind != "picture" and name not in data:
                self.raw[name] = [] if look.multiple else ""
