"""Role: a set of rights that users are given."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haike.kernel.fields import LongText
from haike.kernel.record import Record
from haike.people.role.fields import GrantList, RightsTable


class Role(Record):
    """A set of rights.

    `rights` is {entity: {action: reach}}; an entity is a label ("customers.customer"), a room ("customers.*") or "*"
    for every entity of business; the nearest entry decides, action by action. `field_rights` is
    {entity: {field: "read" | "masked" | "hidden"}}. `grants` are permissions that belong to no entity. `reveals` is the
    daily budget of looks at masked values: None as the company sets it for all, 0 without limit.
    """

    key = models.SlugField(_("Key"), max_length=40, unique=True, null=True, blank=True, editable=False)
    name = models.CharField(_("Name"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=60, blank=True, default="")
    description = LongText(_("Description"))
    rights = RightsTable(_("Rights"))
    field_rights = RightsTable(_("Rights on fields"))
    grants = GrantList(_("Special grants"))
    reveals = models.PositiveIntegerField(_("Looks at masked values in a day"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("Role")
        verbose_name_plural = _("Roles")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name_en if self.name_en and not (get_language() or "").startswith("zh") else self.name
