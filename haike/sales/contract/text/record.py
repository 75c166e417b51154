"""The table of templates from which the texts of contracts are made."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.paper.words import check_text
from haike.find.indexes import hot_indexes
from haike.kernel.fields import LongText, Pick
from haike.kernel.record import Record
from haike.refused import Refused

ABOUT = "sales.contract"
"""What the placeholders of these templates are about."""


class ContractTemplate(Record):
    """A contract as the company words it, with placeholders such as {{ customer }} for the facts of each."""

    name = models.CharField(_("Name"), max_length=60)
    kind = Pick(
        "contract_kind", _("For contracts of the kind"), blank=True,
        help_text=_("It is offered first there. Empty: for all of them."),
    )  # fmt: skip
    heading = models.CharField(
        _("Heading on paper"), max_length=120, blank=True, default="",
        help_text=_("Stands above the text. Empty: the name of the template."),
    )  # fmt: skip
    text = LongText(_("Text of the contract"), blank=False)

    class Meta:
        verbose_name = _("Contract template")
        verbose_name_plural = _("Contract templates")
        indexes = hot_indexes("contract_template", "created_at")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="contract_template_name", condition=Q(deleted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        said: dict[str, Any] = {}
        same: Any = ContractTemplate.objects.live().filter(name=self.name).exclude(pk=self.pk)
        if same.exists():
            said["name"] = _("There is a template of this name already.")
        for name in ("heading", "text"):
            try:
                check_text(getattr(self, name), ABOUT)
            except Refused as no:
                said[name] = no.message
        if said:
            raise Refused(fields=said)
