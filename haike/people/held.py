"""Links to people and departments are followed in the memory of the process.

Each record names its owner, its department, who made and who changed it. Joining them makes a page read the forty
columns of a user three or four times over; the organisation is in memory anyway, for the rights.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import ForeignKey
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from haike.people.grants import organisation


class HeldLink(ForwardManyToOneDescriptor[Any]):
    """A foreign key to a user or a department."""

    def get_object(self, instance: Any) -> Any:
        """A copy of the one in memory, so that what is done to it stays there; else the row of the database."""
        house = organisation.settled()
        if house is not None:
            target = self.field.remote_field.model
            kept = house.departments if target._meta.model_name == "department" else house.users
            held = kept.get(getattr(instance, self.field.attname))
            if held is not None:
                found = target.__new__(target)
                found.__dict__.update(held.__dict__)
                found._state = ModelState()
                found._state.adding, found._state.db = False, held._state.db
                return found
        return super().get_object(instance)


def hold_links() -> None:
    """Let every model's links to people and departments be followed so."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey) and getattr(field.remote_field.model, "held", False):
                setattr(model, field.name, HeldLink(field))
