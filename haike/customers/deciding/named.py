"""Links whose names all those read who see the record, also who may not open what they lead to."""

from __future__ import annotations

from typing import Any

from django.db import models

from haike.kernel.escape import escape
from haike.kernel.look import ReferenceLook, shows
from haike.kernel.look.base import NOTHING


class Named(models.ForeignKey[Any, Any]):
    """A customer or contact on a project or an opportunity: who works on that need not see him elsewhere."""


@shows(Named)
class NamedLook(ReferenceLook):
    """The name alone: a link would lead some readers to a page that is not there for them."""

    def cell(self, value: Any) -> str:
        return NOTHING if value is None else escape(str(value))
