"""The table of parties."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.deciding.named import Named
from haike.find.indexes import hot_indexes
from haike.kernel.fields import LongText, Pick
from haike.kernel.record import Record
from haike.refused import Refused


class Party(Record):
    """A customer that takes part in a project as owner, designer, supervisor, contractor, supplier …"""

    project = models.ForeignKey(
        "project.Project", models.PROTECT, verbose_name=_("Project"), related_name="parties", db_index=False
    )
    kind = Pick("project_party_kind", _("Taking part as"))
    customer = Named(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="project_parts", db_index=False
    )
    contact = Named(
        "customers.Contact", models.SET_NULL, verbose_name=_("Contact person"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    remark = LongText(_("Remark"))

    class Meta:
        verbose_name = _("Party of a project")
        verbose_name_plural = _("Parties of projects")
        indexes = [
            *hot_indexes("party", "created_at"),
            models.Index(fields=["project", "-id"], name="party_project"),
            models.Index(fields=["customer", "-id"], name="party_customer"),
            models.Index(fields=["contact"], name="party_contact", condition=Q(contact__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.customer)

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.contact is not None and self.contact.customer_id != self.customer_id:
            said["contact"] = _("This contact belongs to another customer.")
        twins: Any = Party.objects.live().filter(project=self.project_id, customer=self.customer_id, kind=self.kind)
        if twins.exclude(pk=self.pk).exists():
            said["customer"] = _("This customer takes part in the project as this already.")
        if said:
            raise Refused(fields=said)
