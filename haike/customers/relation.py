"""CustomerRelation: two customers that have to do with each other without one owning the other."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Entity, Section
from haike.kernel.fields import Pick
from haike.kernel.policy import Actor, Policy
from haike.kernel.record import Record
from haike.refused import Refused


class CustomerRelation(Record):
    """What `other` is to `customer`."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="relations"
    )
    other = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Related customer"), related_name="relations_back"
    )
    kind = Pick("relation_kind", _("What it is to the customer"))
    remark = models.CharField(_("Remark"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("Related customer")
        verbose_name_plural = _("Related customers")
        constraints = [
            models.CheckConstraint(name="relation_of_two", condition=~Q(customer=models.F("other"))),
            models.UniqueConstraint(
                fields=["customer", "other", "kind"], name="relation_once", condition=Q(deleted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} – {self.other}"

    def clean(self) -> None:
        if self.customer_id == self.other_id:
            raise Refused(fields={"other": _("A customer cannot be related to itself.")})
        same: Any = CustomerRelation.objects.live().filter(
            customer=self.customer_id, other=self.other_id, kind=self.kind
        )
        if same.exclude(pk=self.pk).exists():
            raise Refused(fields={"other": _("This relation is noted already.")})


class CustomerRelationPolicy(Policy):
    through = "customer"


class CustomerRelationEntity(Entity):
    model, policy_class = CustomerRelation, CustomerRelationPolicy
    slug, icon, title = "relations", "affiliate", "other__name"
    columns = ["customer", "kind", "other", "remark", "created_at"]
    sections = [Section(_("Relation"), ["customer", "kind", "other", "remark"])]
    search = ["customer__name", "other__name", "remark"]
    in_menu = in_create_menu = False

    def create(self, *, by: Actor, **values: Any) -> Any:
        for name in ("customer", "other"):
            record = values.get(name)
            if record is not None and not type(record)._haike_entity.policy.allows(by, "view", record):
                raise Refused(fields={name: _("This customer is not there for you.")})
        return change.create(CustomerRelation, by=by, **values)
