"""The tables of print templates, and of the columns that a user prints."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.paper.kinds import COLUMNS, USUAL, kind_choices
from haike.catalog.paper.words import check_text
from haike.find.indexes import hot_indexes
from haike.kernel.fields import LongText, Picture
from haike.kernel.look import ChoiceLook, PicksLook, shows
from haike.kernel.record import Record
from haike.refused import Refused

AS_IS, WITH, WITHOUT = "document", "taxed", "net"
PRICES = {
    AS_IS: _("as in the document"),
    WITH: _("with tax, all discounts taken off"),
    WITHOUT: _("without tax, all discounts taken off"),
}
TEXTS = ("heading", "intro", "terms", "footer")
"""The fields that may hold placeholders."""


class Columns(models.JSONField):
    """Columns of the lines of a document on paper, a list of their names."""


@shows(Columns)
class ColumnsLook(PicksLook):
    """Chosen from all that a line can show; they are printed in that order."""

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {name: str(label) for name, label in COLUMNS.items()}

    def colour(self, code: str) -> str:
        return ""

    def text(self, value: Any) -> str:
        options = self.options()
        return str(_(", ")).join(options[name] for name in options if name in (value or ()))

    def cell(self, value: Any) -> str:
        return self.text(value)

    def code(self, text: str) -> str:
        return ChoiceLook.code(self, text)


def usual_columns() -> list[str]:
    """What a new template shows."""
    return list(USUAL)


class PrintTemplate(Record):
    """How documents of one kind look on paper. Its texts may hold placeholders such as {{ customer }}."""

    name = models.CharField(_("Name"), max_length=60)
    entity = models.CharField(_("For"), max_length=60, choices=kind_choices)
    usual = models.BooleanField(_("Used first"), default=False)
    heading = models.CharField(_("Heading"), max_length=120, blank=True, default="")
    intro = LongText(_("Text before the lines"))
    columns = Columns(_("Columns"), default=usual_columns, blank=True)
    prices = models.CharField(_("Prices"), max_length=10, choices=list(PRICES.items()), default=AS_IS)
    capital = models.BooleanField(_("Total in capital numerals"), default=True)
    logo = models.BooleanField(_("Letterhead with the company's logo"), default=True)
    terms = LongText(_("Terms"), help_text=_("Below the lines, after the terms of the document itself."))
    footer = LongText(_("Foot"))
    signatures = models.BooleanField(_("Places for signature and seal"), default=False)
    seal = Picture(_("Seal"), help_text=_("Printed over the place of our signature."))

    class Meta:
        verbose_name = _("Print template")
        verbose_name_plural = _("Print templates")
        indexes = hot_indexes("print_template", "created_at")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "name"], name="print_template_name", condition=Q(deleted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        said: dict[str, Any] = {}
        same: Any = PrintTemplate.objects.live().filter(entity=self.entity, name=self.name).exclude(pk=self.pk)
        if same.exists():
            said["name"] = _("There is a template of this name already.")
        for name in TEXTS:
            try:
                check_text(getattr(self, name), self.entity)
            except Refused as no:
                said[name] = no.message
        if said:
            raise Refused(fields=said)


class PrintChoice(models.Model):
    """The columns that a user prints with a template, or without one."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    entity = models.CharField(max_length=60)
    template = models.ForeignKey(PrintTemplate, models.CASCADE, null=True, related_name="+", db_index=False)
    columns = models.JSONField(default=list)

    class Meta:
        verbose_name = _("Printed columns")
        indexes = [
            models.Index(fields=["user", "entity", "template"], name="print_choice"),
            models.Index(fields=["template"], name="print_choice_template", condition=Q(template__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.entity}/{self.template_id}"
