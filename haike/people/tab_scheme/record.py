"""Tab scheme: which tabs of a kind of record somebody sees."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entities
from haike.kernel.record import Record
from haike.people.grants import HOUSE
from haike.people.role.record import Role


def entity_choices() -> list[tuple[str, Any]]:
    """The kinds of record whose pages can be narrowed: all of business."""
    return [(each.label, each.label_plural) for each in entities() if each.label.partition(".")[0] not in HOUSE]


class TabList(models.JSONField):
    """Keys of tabs."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"default": list, "blank": True, "editable": False, **options})


class TabScheme(Record):
    """Who has one of the `roles`, or is one of the `users`, sees only these `tabs` of the records of `entity`."""

    key = models.SlugField(_("Key"), max_length=40, unique=True, null=True, blank=True, editable=False)
    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True, default="")
    entity = models.CharField(_("Of which records"), max_length=60, choices=entity_choices)
    tabs = TabList(_("Tabs"))
    roles = models.ManyToManyField(
        Role,
        verbose_name=_("Roles"),
        blank=True,
        related_name="+",
        help_text=_("A user with several roles sees the tabs of all of them."),
    )
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Users"),
        blank=True,
        related_name="+",
        help_text=_("For these users it counts instead of what their roles say."),
    )

    class Meta:
        verbose_name = _("Tab scheme")
        verbose_name_plural = _("Tab schemes")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name_en if self.name_en and not (get_language() or "").startswith("zh") else self.name
