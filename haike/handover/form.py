"""The form of the wizard: whether he leaves, the successor, and for each holding where it goes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.handover.holding import DEAL, HOWS, PERSON, SAME, SEA, Holding, Way
from haike.handover.plan import check_heir, check_way, from_data, held
from haike.handover.record import LONGEST_NOTE, Handover
from haike.handover.records import RecordsHeld
from haike.kernel.look import ManyLook, PersonLook
from haike.people.user.record import User
from haike.pools.seas import seas
from haike.refused import Refused
from haike.screens.form import Typed

VIEWS = 3
"""So many saved views tell apart records that go elsewhere."""


class HeirLook(PersonLook):
    """Somebody who takes over. Closed accounts can be read too, so that they are refused with a reason."""

    def __init__(self, name: str, label: Any) -> None:
        super().__init__(name, label, field=User._meta.get_field("manager"))
        self.name = self.path = name
        self.required = False

    def choosable(self, by: Any) -> Any:
        return User.objects.live().filter(archived_at=None)


class HeirsLook(ManyLook):
    """Several of them."""

    def __init__(self, name: str, label: Any) -> None:
        super().__init__(name, label, field=User._meta.get_field("departments"))
        self.target, self.name, self.path, self.required = User, name, name, False

    def choosable(self, by: Any) -> Any:
        return User.objects.live().filter(archived_at=None)


class Part:
    """One holding in the form."""

    def __init__(self, form: PlanForm, holding: Holding) -> None:
        self.form, self.holding = form, holding
        self.name = holding.key.replace(".", "-")
        self.count = holding.count(form.user)
        self.movable = holding.movable(form.user, form.by)
        ways = holding.ways_for(form.by)
        self.ways = {way: HOWS[way] for way in HOWS if way in ways}

    @cached_property
    def how(self) -> str:
        """Where it goes, as chosen."""
        sent = self.form.sent
        chosen = sent.get(f"{self.name}-how", "") if sent is not None else ""
        if chosen in self.ways:
            return str(chosen)
        kept = self.form.kept.get(self.holding.key)
        how = kept.how if kept is not None and sent is None else self.holding.start(self.form.leaves)
        return how if how in self.ways else next(iter(self.ways))

    @property
    def records(self) -> RecordsHeld | None:
        """The holding, where it is one of records."""
        return self.holding if isinstance(self.holding, RecordsHeld) else None

    @property
    def along(self) -> list[tuple[Any, int]]:
        """What follows by itself."""
        return self.holding.along(self.form.user)

    @property
    def deals(self) -> list[tuple[str, Any, bool]]:
        """The ways of dealing out: key, words, whether it is chosen."""
        chosen = self._sent("deal") or (self._kept.deal if self._kept else "")
        return [(key, label, key == chosen) for key, label in (self.records.deals() if self.records else {}).items()]

    @property
    def pools(self) -> list[tuple[str, str, bool]]:
        """The pools of this kind of record."""
        chosen = self._sent("pool") or str((self._kept.pool if self._kept else "") or "")
        pools = seas().of_entity(self.holding.key)
        return [("", str(_("Where each belongs")), not chosen)] + [
            (str(pool.pk), pool.name, str(pool.pk) == chosen) for pool in pools
        ]

    @cached_property
    def views(self) -> list[Any]:
        """The saved views by which records can be told apart."""
        return self.records.views(self.form.by) if self.records else []

    @property
    def view_rows(self) -> list[dict[str, Any]]:
        """The lines for saved views, with what was chosen."""
        if not self.views:
            return []
        found = []
        for place in range(VIEWS):
            chosen = whole(self._sent(f"view{place}"))
            if self.form.sent is None and self._kept and place < len(self._kept.views):
                chosen = self._kept.views[place][0]
            options = [(view.pk, view.name, view.pk == chosen) for view in self.views]
            field = self.form.typed.field(f"{self.name}-view{place}-to")
            found.append({"name": f"{self.name}-view{place}", "options": options, "field": field, "open": chosen})
        return found

    @property
    def views_open(self) -> bool:
        """Whether any of them is in use."""
        return any(row["open"] or row["field"].error for row in self.view_rows)

    @property
    def fields(self) -> list[Any]:
        """The inputs for people that the chosen way needs."""
        names = {PERSON: "to", DEAL: "people"}
        name = names.get(self.how)
        return [self.form.typed.field(f"{self.name}-{name}")] if name else []

    @property
    def deal_here(self) -> bool:
        """Whether it is dealt out."""
        return self.how == DEAL

    @property
    def sea_here(self) -> bool:
        """Whether it goes into a pool."""
        return self.how == SEA

    @property
    def error(self) -> str:
        """What is wrong with it."""
        return self.form.faults.get(self.holding.key, "")

    @property
    def _kept(self) -> Way | None:
        return self.form.kept.get(self.holding.key)

    def _sent(self, name: str) -> str:
        return str(self.form.sent.get(f"{self.name}-{name}", "")) if self.form.sent is not None else ""

    def way(self) -> Way:
        """What was chosen; raises Refused."""
        values = self.form.typed.values
        people: tuple[Any, ...] = ()
        if self.how == SAME:
            people = (values["to"],) if values.get("to") is not None else ()
        elif self.how == PERSON:
            people = (values[f"{self.name}-to"],) if values.get(f"{self.name}-to") is not None else ()
        elif self.how == DEAL:
            people = tuple(values.get(f"{self.name}-people") or ())
        views = []
        for place in range(VIEWS if self.views else 0):
            key, heir = whole(self._sent(f"view{place}")), values.get(f"{self.name}-view{place}-to")
            if key is not None and key in {view.pk for view in self.views}:
                if heir is None:
                    raise Refused(_("Choose who gets what the saved view finds."))
                views.append((key, heir))
        if len({key for key, __ in views}) < len(views):
            raise Refused(_("Choose each saved view once only."))
        pool = whole(self._sent("pool")) if self.how == SEA else None
        return Way(self.how, people, self._sent("deal") if self.how == DEAL else "", pool, tuple(views))


class PlanForm:
    """What is asked about one person."""

    def __init__(self, user: Any, by: Any, *, draft: Handover | None, request: HttpRequest) -> None:
        self.user, self.by, self.draft = user, by, draft
        self.sent = request.POST if request.method == "POST" else None
        self.kept = from_data(draft.plan) if draft is not None else {}
        self.faults: dict[str, str] = {}
        self.message = ""
        if self.sent is not None:
            self.leaves = self.sent.get("leaves") == "1"
            self.note = self.sent.get("note", "").strip()
        else:
            self.leaves = draft.leaves if draft is not None else bool(user.is_active and user.pk != by.pk)
            self.note = draft.note if draft is not None else ""
        self.parts = [Part(self, holding) for holding in held(user)]
        self.typed = Typed(self._looks(), by)
        self._fill()

    def _looks(self) -> dict[str, Any]:
        found: dict[str, Any] = {"to": HeirLook("to", _("Successor"))}
        for part in self.parts:
            name = part.name
            found[f"{name}-to"] = HeirLook(f"{name}-to", _("To whom"))
            found[f"{name}-people"] = HeirsLook(f"{name}-people", _("Among whom"))
            for place in range(VIEWS if part.views else 0):
                found[f"{name}-view{place}-to"] = HeirLook(f"{name}-view{place}-to", _("To whom"))
        return found

    def _fill(self) -> None:
        if self.sent is not None:
            self.typed.read(self.sent, whole=True)
            return
        start: dict[str, Any] = {"to": None}
        for part in self.parts:
            way = self.kept.get(part.holding.key)
            if way is None:
                continue
            if way.how == SAME and way.people:
                start["to"] = way.people[0]
            elif way.how == PERSON and way.people:
                start[f"{part.name}-to"] = way.people[0]
            elif way.how == DEAL:
                start[f"{part.name}-people"] = list(way.people)
            for place, (__, person) in enumerate(way.views):
                start[f"{part.name}-view{place}-to"] = person
        self.typed.start(start)

    @property
    def to(self) -> Any:
        """The input for the successor."""
        return self.typed.field("to")

    @property
    def longest(self) -> int:
        """How long the note may be."""
        return LONGEST_NOTE

    @property
    def groups(self) -> list[tuple[Any, list[Part]]]:
        """The parts under their headings."""
        found: dict[str, tuple[Any, list[Part]]] = {}
        for part in self.parts:
            found.setdefault(str(part.holding.group), (part.holding.group, []))[1].append(part)
        return list(found.values())

    def ways(self) -> dict[str, Way] | None:
        """The plan that was chosen; None when something has to be mended first."""
        self.typed.parse()
        found: dict[str, Way] = {}
        heir = self.typed.values.get("to")
        if heir is not None:
            try:
                check_heir(self.user, heir, self.by)
            except Refused as no:
                self.typed.errors["to"] = str(no)
        elif any(part.how == SAME for part in self.parts) and "to" not in self.typed.errors:
            self.typed.errors["to"] = str(_("Choose the successor, or say of each kind where it goes."))
        for part in self.parts:
            try:
                way = part.way()
                if not (part.how == SAME and "to" in self.typed.errors):
                    check_way(part.holding, way, self.user, self.by)
                found[part.holding.key] = way
            except Refused as no:
                self.faults[part.holding.key] = str(no)
        return None if self.faults or self.typed.errors else found

    def refuse(self, no: Refused) -> None:
        """Show what the act refused."""
        self.faults |= {"note": str(no.fields["note"])} if "note" in no.fields else {}
        self.message = str(no.message or " ".join(str(each) for each in no.fields.values()))
