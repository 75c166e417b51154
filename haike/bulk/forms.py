"""The form of a bulk act: on how many records, and what it wants to know."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import NUMBERS, Act, editable_fields, hows
from haike.bulk.write import allowed_keys
from haike.kernel.change import refusal
from haike.kernel.entity import Entity, Section
from haike.kernel.look import Look, ReferenceLook
from haike.kernel.selection import Selection, check_ids
from haike.refused import Refused
from haike.said import said
from haike.screens.acts import person_look
from haike.screens.bin import deleted_rows
from haike.screens.form import Typed
from haike.screens.list import STATE

MOST_CHOSEN = 10_000
"""Rows that can be ticked one by one; more are chosen as everything found."""


@dataclass
class Chosen:
    """The records that were ticked, or everything found."""

    entity: Entity
    user: Any
    act: Act
    everything: bool
    query: dict[str, str]
    ids: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest, entity: Entity, act: Act) -> Chosen:
        """From what the list sent."""
        data = request.POST if request.method == "POST" else request.GET
        query = {name: request.GET[name] for name in STATE if request.GET.get(name)}
        everything = bool(data.get("everything"))
        ids = [] if everything else list(dict.fromkeys(check_ids(",".join(data.getlist("ids")))))
        if not everything and not ids:
            raise Refused(_("Choose some rows first."))
        if len(ids) > MOST_CHOSEN:
            raise Refused(_("At most %(most)s records at once; narrow the list.") % {"most": f"{MOST_CHOSEN:,}"})
        return cls(entity, cast(Any, request.user), act, everything, query, ids)

    def _found(self, action: str) -> Any:
        return Selection.from_query(self.entity, self.user, self.query, action=action).find

    def counts(self) -> tuple[int, int]:
        """How many were chosen, and on how many of them the user may act so."""
        if self.act.key == "restore":
            rows = deleted_rows(self.entity, self.user)
            allowed = rows.count() if self.everything else rows.filter(pk__in=self.ids).count()
            return (allowed if self.everything else len(self.ids)), allowed
        if not self.everything:
            return len(self.ids), len(allowed_keys(self.entity, self.ids, self.user, self.act.needs))
        total = self._found("view").exact_count()
        return total, min([total, *(self._found(need).exact_count() for need in self.act.needs)])

    def keys(self) -> list[int]:
        """The keys of the records at this moment."""
        if not self.everything:
            return self.ids
        if self.act.key == "restore":
            return list(deleted_rows(self.entity, self.user).order_by("pk").values_list("pk", flat=True))
        return list(self._found("view").ids())

    @property
    def hidden(self) -> dict[str, str]:
        """What the form carries along."""
        return {"everything": "1"} if self.everything else {"ids": ",".join(map(str, self.ids))}


def seen_at(request: HttpRequest) -> datetime:
    """When the user saw the records: the moment the form was opened."""
    try:
        told = parse_datetime(request.POST.get("seen-at", "").replace(" ", "+"))
    except ValueError:
        told = None
    return told if told is not None and timezone.is_aware(told) else timezone.now()


class ActForm:
    """What one kind of act asks; `values` is plain data for the run, `title` what the batch is called."""

    def __init__(self, entity: Entity, user: Any, act: Act) -> None:
        self.entity, self.user, self.act = entity, user, act
        self.typed = Typed(self.looks(), user)
        self.values: dict[str, Any] = {}
        self.title: str = said(_("%(act)s: %(kind)s"), act=act.label, kind=entity.label_plural)

    def looks(self) -> dict[str, Look]:
        """The inputs."""
        return {}

    def read(self, request: HttpRequest) -> bool:
        """Take what was sent; False when something has to be mended first."""
        self.typed.read(request.POST, whole=True)
        return self.typed.parse() and self.understand(request)

    def understand(self, request: HttpRequest) -> bool:
        """Turn what was read into `values`."""
        return True

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The sections of the form."""
        return self.typed.sections([Section("", list(self.typed.looks))])


class TransferForm(ActForm):
    """Asks for the new owner."""

    def looks(self) -> dict[str, Look]:
        return {"owner": person_look(self.entity, _("New owner"))}

    def understand(self, request: HttpRequest) -> bool:
        owner = self.typed.values["owner"]
        self.values = {"owner": owner.pk}
        self.title = said(_("Transfer %(kind)s to %(name)s"), kind=self.entity.label_plural, name=owner)
        return True


class ShareForm(ActForm):
    """Asks for the colleague and how far he may go."""

    asks_write = True

    def looks(self) -> dict[str, Look]:
        return {"owner": person_look(self.entity, _("Colleague"))}

    def understand(self, request: HttpRequest) -> bool:
        user = self.typed.values["owner"]
        self.values = {"user": user.pk, "can_write": request.POST.get("can_write") == "1"}
        self.title = said(_("Share %(kind)s with %(name)s"), kind=self.entity.label_plural, name=user)
        return True


class EditForm(ActForm):
    """Asks for the field, for what to do with it, and for the value."""

    def __init__(self, request: HttpRequest, entity: Entity, user: Any, act: Act) -> None:
        self.choices = editable_fields(entity, user)
        asked = request.POST.get("bulk-field", "")
        self.name = asked if asked in self.choices else ""
        self.hows = hows(self.choices[self.name]) if self.name else {}
        self.asked_how = request.POST.get("bulk-how", "set")
        self.how = self.asked_how if self.asked_how in self.hows else "set"
        self.number = request.POST.get("bulk-number", "")
        self.message = ""
        super().__init__(entity, user, act)

    def looks(self) -> dict[str, Look]:
        if not self.name or self.how != "set":
            return {}
        look = copy(self.choices[self.name])
        look.required, look.when = True, None
        return {self.name: look}

    @property
    def counts_with(self) -> bool:
        """Whether a number to calculate with is asked for."""
        return self.how in NUMBERS

    def understand(self, request: HttpRequest) -> bool:
        if not self.name:
            self.message = str(_("Choose a field."))
            return False
        if self.how != self.asked_how:
            self.message = str(_("This field cannot be changed that way."))
            return False
        look = self.choices[self.name]
        self.values = {"field": self.name, "how": self.how}
        told = said(self.hows[self.how])
        if self.counts_with:
            try:
                number = Decimal(self.number.strip().replace(",", "").replace("，", ""))
                if not number.is_finite() or abs(number) > 10**12:
                    raise InvalidOperation
            except InvalidOperation:
                self.message = str(_("Enter a number to calculate with."))
                return False
            self.values["value"] = str(number)
            told = said("%(how)s %(value)s", how=told, value=number)
        elif self.how == "set":
            if self.name not in self.typed.values:
                self.message = str(_("Enter a value, or choose “Empty”."))
                return False
            value = self.typed.values[self.name]
            if not self._fits(look, value):
                return False
            self.values["value"] = look.to_json(value)
            told = said("%(how)s %(value)s", how=told, value=look.text(value))
        facts = {"kind": self.entity.label_plural, "field": look.label, "colon": _(": "), "told": told}
        self.title = said("%(kind)s · %(field)s%(colon)s%(told)s", **facts)
        return True

    def _fits(self, look: Look, value: Any) -> bool:
        """Whether the value keeps the rules of the field itself; those between fields are each record's matter."""
        if look.field is None or isinstance(look, ReferenceLook):
            return True
        try:
            look.field.run_validators(value)
        except ValidationError as error:
            self.typed.errors[self.name] = str(refusal(error))
        return not self.typed.errors


def form_for(request: HttpRequest, entity: Entity, act: Act) -> ActForm:
    """The form of an act."""
    user = cast(Any, request.user)
    if act.key == "edit":
        return EditForm(request, entity, user, act)
    return FORMS.get(act.key, ActForm)(entity, user, act)


FORMS: dict[str, type[ActForm]] = {"transfer": TransferForm, "share": ShareForm}
