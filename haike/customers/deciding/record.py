"""The base of the people who decide about something: a room says about what, and gets rules and tree with it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.customers.deciding.named import Named
from haike.kernel.fields import LongText, Pick
from haike.kernel.record import Record
from haike.refused import Refused


class Decider(Record):
    """A contact with his part in a decision, and the one to whom he reports in it.

    `about` names the foreign key to that about which is decided, `elsewhere` is said of a superior in another tree.
    """

    about: ClassVar[str]
    elsewhere: ClassVar[Any]

    contact = Named(
        "customers.Contact",
        models.PROTECT,
        verbose_name=pgettext_lazy("person", "Contact"),
        related_name="+",
        db_index=False,
    )
    role = Pick(
        "decision_role", _("Part in the decision"), blank=True, help_text=_("Left empty, it is that of the contact.")
    )
    attitude = Pick("decision_attitude", _("Attitude towards us"), blank=True)
    influence = Pick("decision_influence", _("Influence"), blank=True)
    superior: Any = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("Reports to"), null=True, blank=True, related_name="below",
        db_index=False,
    )  # fmt: skip
    remark = LongText(_("Remark"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.contact)

    def prepare(self) -> None:
        if not self.role and self._state.adding and self.contact_id:
            self.role = self.contact.decision_role

    def clean(self) -> None:
        said: dict[str, Any] = {}
        key = f"{self.about}_id"
        rows: Any = type(self).objects.live().filter(**{key: getattr(self, key)})
        if rows.filter(contact=self.contact_id).exclude(pk=self.pk).exists():
            said["contact"] = _("This person is in the decision tree already.")
        if self.superior is not None:
            if getattr(self.superior, key) != getattr(self, key):
                said["superior"] = self.elsewhere
            elif self._above(dict(rows.values_list("pk", "superior"))):
                said["superior"] = _("They would report to each other in a circle.")
        if said:
            raise Refused(fields=said)

    def _above(self, superiors: dict[int, int | None]) -> bool:
        """Whether he stands above his own superior."""
        met = set[int]()
        place: int | None = self.superior.pk if self.superior is not None else None
        while place is not None and place not in met:
            if place == self.pk:
                return True
            met.add(place)
            place = superiors.get(place)
        return False
