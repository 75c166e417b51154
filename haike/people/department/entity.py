"""Departments as an entity."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Entity, Related, Section
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.people.department import views
from haike.people.department.record import Department
from haike.people.grants import organisation_changed
from haike.people.policy import HousePolicy
from haike.refused import Refused


class DepartmentPolicy(HousePolicy):
    """Everybody knows the departments."""

    everybody_sees = True


class DepartmentEntity(Entity):
    model = Department
    policy_class = DepartmentPolicy
    slug = "departments"
    titled_by = ["name"]
    icon = "sitemap"
    columns = ["name", "parent", "manager", "position"]
    sort = "position"
    search = ["name"]
    facts = ["parent", "manager"]
    sections = [Section(_("Department"), ["name", "parent", "manager", "position"])]
    hidden = ["path", "owner"]
    in_create_menu = False
    views = {"list": views.tree_view}
    tabs = [
        Related("people.user", "department", _("Members")),
        Related("people.department", "parent", _("Departments below")),
    ]

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Department:
        """Make a department; nobody owns it, so that only who manages all departments changes it."""
        with transaction.atomic(), writer():
            department: Department = change.create(Department, by=by, batch=batch, owner=None, **values)
            # The path holds the key, which is known only now.
            department.prepare()
            department.save(update_fields=["path"])
            organisation_changed()
        return department

    def change(
        self, record: Department, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Department:
        """Change or move a department; everything below it follows."""
        with transaction.atomic():
            # Two moves at once could each be fine and together make a ring.
            list(Department._base_manager.select_for_update().order_by("pk").values_list("pk", flat=True))
            before = Department._base_manager.get(pk=record.pk).path
            if "parent" in values:
                values["parent"] = values["parent"] and Department._base_manager.get(pk=values["parent"].pk)
            department: Department = change.change(record, by=by, version=version, batch=batch, **values)
            if department.path != before:
                self._take_along(department, before)
            organisation_changed()
        return department

    @staticmethod
    def _take_along(department: Department, before: str) -> None:
        below = Department._base_manager.filter(path__startswith=before).exclude(pk=department.pk)
        # A fact that follows from the move, so it has no version and no log of its own.
        with writer():
            below.update(path=Concat(Value(department.path), Substr(F("path"), len(before) + 1)))

    def remove(self, record: Department, *, by: Actor) -> Department:
        """Put an empty department into the recycle bin."""
        if record.members.filter(deleted_at__isnull=True).exists():
            raise Refused(_("There are still people in this department. Move them first."))
        if record.children.filter(deleted_at__isnull=True).exists():
            raise Refused(_("There are still departments below this one. Move or delete them first."))
        with transaction.atomic():
            department: Department = change.remove(record, by=by)
            organisation_changed()
        return department

    def restore(self, record: Department, *, by: Actor) -> Department:
        """Take a department out of the recycle bin."""
        if record.parent is not None and record.parent.deleted_at is not None:
            raise Refused(_("Restore the department above it first."))
        with transaction.atomic():
            department: Department = change.restore(record, by=by)
            organisation_changed()
        return department
