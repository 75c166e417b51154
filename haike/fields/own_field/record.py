"""The table of own fields, and what a process keeps of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class OwnField(models.Model):
    """One field that a company has added to an entity.

    `key` never changes: records, filters, saved views, roles and programs know the field by it, whatever it is called
    today. `facts` hold what only some kinds have: places, length, dictionary, target, pattern, formula, result, when,
    default. A field with `deleted_at` is on no surface; its values stay until it is purged. The row of a purged one
    stays: the change log names the field by it, and its key is not given again.
    """

    entity = models.CharField(max_length=60)
    key = models.CharField(_("Key"), max_length=60)
    kind = models.CharField(_("Kind"), max_length=20)
    label = models.CharField(_("Chinese name"), max_length=60)
    label_en = models.CharField(_("English name"), max_length=60, blank=True)
    help = models.CharField(_("Help under the field"), max_length=200, blank=True)
    help_en = models.CharField(_("Help in English"), max_length=200, blank=True)
    required = models.BooleanField(_("Must be filled in"), default=False)
    unique = models.BooleanField(_("No two records with the same value"), default=False)
    searched = models.BooleanField(_("Found by search"), default=False)
    facts = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(_("Made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    deleted_at = models.DateTimeField(_("Deleted"), null=True)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    purged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Own field")
        verbose_name_plural = _("Own fields")
        ordering = ["entity", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["entity", "key"], name="fields_own_key")]

    def __str__(self) -> str:
        return in_language(self.label, self.label_en)

    @property
    def word(self) -> Any:
        """The label in the language of whoever reads it."""
        return in_language_later(self.label, self.label_en)

    @property
    def help_text(self) -> Any:
        """The help in the language of whoever reads it."""
        return in_language_later(self.help, self.help_en) if self.help else ""

    @property
    def dictionary(self) -> str:
        """The pick-list of a choice: one of the company's, or the field's own."""
        return str(self.facts.get("dictionary") or f"own.{self.pk}")

    def fact(self, name: str, default: Any = None) -> Any:
        """One of the facts that only some kinds have."""
        return self.facts.get(name, default)


def in_language(chinese: str, english: str) -> str:
    """One of two words by the reader's language; the Chinese one where there is no other."""
    return english if english and not (get_language() or "").startswith("zh") else chinese


in_language_later = lazy(in_language, str)
