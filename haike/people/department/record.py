"""Department: a part of the company; departments form a tree of any depth."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.record import Record
from haike.refused import Refused


class Department(Record):
    """A part of the company. `path` holds the keys from the top down to itself: "/1/4/"."""

    name = models.CharField(_("Name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("Belongs to"), null=True, blank=True, related_name="children"
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("Head"),
        null=True,
        blank=True,
        related_name="departments_headed",
    )
    position = models.PositiveIntegerField(_("Place in the list"), default=0)
    path = models.CharField(max_length=200, editable=False, blank=True, default="", db_index=True)

    held = True

    class Meta:
        verbose_name = _("Department")
        verbose_name_plural = _("Departments")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """0 at the top of the tree."""
        return max(self.path.count("/") - 2, 0)

    def prepare(self) -> None:
        if self.pk:
            self.path = f"{self.parent.path if self.parent else '/'}{self.pk}/"

    def clean(self) -> None:
        self._refuse_cycle()
        self._refuse_namesake()

    def _refuse_cycle(self) -> None:
        if self.pk and self.parent and f"/{self.pk}/" in self.parent.path:
            message = _("A department cannot belong to itself or to one below it.")
            raise Refused(fields={"parent": message})

    def _refuse_namesake(self) -> None:
        beside: Any = Department.objects.live().filter(parent=self.parent, name=self.name).exclude(pk=self.pk)
        if beside.exists():
            raise Refused(fields={"name": _("There is already a department of this name at this place.")})
