"""Kinds of field that only roles have: tables of rights, kept as JSON."""

from typing import Any

from django.db import models


class RightsTable(models.JSONField):
    """{entity: {action: reach}} or {entity: {field: right}}."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"default": dict, "blank": True, "editable": False, **options})


class GrantList(models.JSONField):
    """The names of grants that belong to no entity."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"default": list, "blank": True, "editable": False, **options})
