"""The box in which a follow-up is written: on the customer's page, in a row of Today, in a drawer from anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.digits import whole
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity, entity_of
from haike.kernel.look import Look
from haike.kernel.period import today
from haike.people.account.choices import cards_of
from haike.refused import Refused
from haike.screens.door import done, find_record
from haike.screens.form import Typed, demanded_names
from haike.screens.kept import kept_for
from haike.screens.layout import laid_out
from haike.work.follow_up.actions import KEEP, write_follow_up
from haike.work.follow_up.photos import MOST_PHOTOS
from haike.work.follow_up.record import FollowUp

T = TypeVar("T")
MORNING = time(9)
MOST_DAYS = 999
NEXT = [
    ("", _("as it was")),
    ("1", _("tomorrow")),
    ("2", _("the day after tomorrow")),
    ("3", _("in 3 days")),
    ("7", _("in a week")),
    ("14", _("in two weeks")),
    ("30", _("in a month")),
    ("none", _("no next contact")),
    ("date", _("on another day …")),
]
SHORT = ["manner", "content"]
LONG = ["contact", "subject", "result", "attitude", "stage", "products", "at", "next_at", "next_manner", "next_what"]
MOST_CONTACTS = 50
START = {"manner": "call"}
"""What a fresh box holds."""


@dataclass
class Box:
    """What `work/box.html` shows. `place` says where the box stands: "page", "row" or "form"."""

    customer: Customer | None
    typed: Typed
    place: str = "page"
    message: str = ""
    next_in: str = ""
    most_photos: int = MOST_PHOTOS

    @property
    def key(self) -> str:
        """Tells the boxes of one page apart."""
        return str(self.customer.pk) if self.customer else "new"

    @property
    def action(self) -> str:
        """Where the box is sent."""
        target = f"customer={self.customer.pk}&" if self.customer else ""
        return f"/follow-ups/new?{target}place={self.place}"

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields by name, as the template asks for them."""
        return self._of_nobody(self._fields, "fields")

    def _fields(self) -> dict[str, Any]:
        return {name: self.typed.field(name) for name in self.typed.looks}

    @property
    def more(self) -> str:
        """The fields that are folded away at first, as HTML."""
        return self._of_nobody(self._more, "more")

    def _more(self) -> str:
        names = [n for n in self.typed.looks if n not in (*SHORT, "customer", "next_at", "contact")]
        return render_to_string("work/box_more.html", {"fields": [self.fields[name] for name in names]})

    def _of_nobody(self, make: Callable[[], T], what: str) -> T:
        """What `make` gives; from memory for a box in which nothing has been written, which is the same everywhere."""
        if self.typed.raw != START or self.typed.errors:
            return make()
        return kept_for(self.typed.user, ("box", what, tuple(self.typed.looks)), make)

    @property
    def open(self) -> bool:
        """Whether the folded part must be seen: something in it is wrong or must be filled in."""
        return bool(set(self.typed.errors) - {"content"}) or any(self.typed.looks[n].required for n in self._company)

    @property
    def _company(self) -> list[str]:
        """What the company asks for besides."""
        return [name for name in demanded_names(entity_of(FollowUp)) if name in self.typed.looks]

    @property
    def contacts(self) -> list[tuple[int, str, bool]]:
        """The people one may have talked to: key, name, whether chosen; the main contact is proposed."""
        if self.customer is None:
            return []
        chosen = self.typed.raw.get("contact") or str(self.customer.main_contact_id or "")
        return [(c.pk, f"{c.name} {c.post}".strip(), str(c.pk) == chosen) for c in self.customer.people[:MOST_CONTACTS]]

    @property
    def phrases(self) -> SafeString:
        """The ready sentences to choose from."""
        return kept_for(self.typed.user, ("box", "phrases"), _phrases)

    @property
    def days(self) -> SafeString:
        """When to go on, to choose from."""
        chosen = next((key for key, _label in NEXT if key == self.next_in), "")
        return kept_for(self.typed.user, ("box", "days", chosen), lambda: _days(chosen))

    @property
    def photo_error(self) -> str:
        """What is wrong with the photos."""
        return self.typed.errors.get("photos", "")


def _days(chosen: str) -> SafeString:
    marked = ((key, mark_safe(" selected") if key == chosen else "", label) for key, label in NEXT)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)


def _phrases() -> SafeString:
    words = words_of("phrase", retired=False).values()
    return format_html_join("", "<option>{}</option>", ((str(word),) for word in words))


def _looks(user: Any, customer: Customer | None) -> dict[str, Look]:
    looks = entity_of(FollowUp).editable_by(user)
    names = [*SHORT, *LONG] if customer else ["customer", *SHORT, *LONG]
    laid = laid_out(entity_of(FollowUp))
    found = {n: laid.demanded(looks[n]) for n in [*names, *demanded_names(entity_of(FollowUp))] if n in looks}
    may_stage = customer is None or (
        entity_of(Customer).policy.allows(user, "edit", customer) and entity_of(Customer).right(user, "stage") == "edit"
    )
    if not may_stage:
        found.pop("stage", None)
    return found


def fresh_box(user: Any, customer: Customer | None, place: str) -> Box:
    """An empty box."""
    typed = Typed(_looks(user, customer), user)
    typed.start(START)
    return Box(customer, typed, place)


def render_box(request: HttpRequest, customer: Customer, place: str = "page") -> SafeString:
    """The box as a panel; nothing for those who may not write, and of a customer in the recycle bin."""
    user = cast(Any, request.user)
    if customer.deleted_at is not None or not entity_of(FollowUp).policy.may(user, "create"):
        return SafeString("")
    return render_to_string("work/box.html", {"box": fresh_box(user, customer, place)}, request=request)


def next_contact(data: QueryDict, typed: Typed) -> datetime | None:
    """When to go on, as chosen in the box: KEEP, None or a moment."""
    chosen = data.get("next_in", "")
    if chosen == "none":
        return None
    if (days := whole(chosen)) is not None and days <= MOST_DAYS:
        return timezone.make_aware(datetime.combine(today() + timedelta(days=days), MORNING))
    at = typed.values.get("next_at")
    if at is None:
        if chosen == "date":
            raise Refused(fields={"next_at": _("Choose the day of the next contact.")})
        return KEEP
    # A day without a time means the morning.
    return at.replace(hour=MORNING.hour) if timezone.localtime(at).time() == time.min and "next_at" in data else at


def read_box(request: HttpRequest, box: Box) -> FollowUp | None:
    """Write the follow-up of a sent box; None when something is wrong, which the box then says."""
    typed, user = box.typed, cast(Any, request.user)
    typed.read(request.POST, request.FILES)
    box.next_in = request.POST.get("next_in", "")
    phrase = request.POST.get("phrase", "").strip()
    if phrase and phrase not in str(typed.raw.get("content", "")):
        typed.raw["content"] = f"{typed.raw.get('content', '')}\n{phrase}".strip()
    if not typed.parse():
        return None
    values = {name: value for name, value in typed.values.items() if name != "next_at"}
    customer = box.customer or values.pop("customer", None)
    try:
        return write_follow_up(
            customer,
            by=user,
            next_at=next_contact(request.POST, typed),
            photos=request.FILES.getlist("photos"),
            **{"content": "", **values},
        )
    except Refused as no:
        typed.refuse(no)
        if "photos" in no.fields:
            typed.errors["photos"] = str(no.fields["photos"])
            typed.message = ""
        box.message = typed.message
        return None


def new_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The page, drawer or box of a new follow-up."""
    user = cast(Any, request.user)
    given = whole(request.GET.get("customer"))
    customer = find_record(entity_of(Customer), user, given) if given is not None else None
    place = request.GET.get("place", "form")
    place = place if place in ("page", "row", "form") else "form"
    box = fresh_box(user, customer, place)
    fragment = getattr(request, "htmx", False)
    status = 200
    if request.method == "POST":
        follow_up = read_box(request, box)
        if follow_up is not None:
            return _written(request, follow_up, place)
        status = 422
    else:
        box.typed.raw |= {name: request.GET[name] for name in box.typed.looks if name in request.GET}
    inside = "work/row_wrong.html" if place == "row" else "work/box.html"
    return render(request, inside if fragment else "work/write.html", {"box": box}, status=status)


def _written(request: HttpRequest, follow_up: FollowUp, place: str) -> HttpResponse:
    customer = follow_up.customer
    message = str(_("Follow-up of “%(name)s” saved.") % {"name": customer})
    url = entity_of(Customer).url_of(customer)
    if not getattr(request, "htmx", False) or place == "form":
        return done(request, message, "/today/" if place == "row" else url)
    told = json.dumps({"toast": {"message": message}, **({"refresh": {}} if place == "page" else {})})
    if place == "page":
        fresh = Customer.objects.select_related("main_contact").get(pk=customer.pk)
        answer = HttpResponse(render_box(request, fresh))
    else:
        wanted = "done" in cards_of(request.user)
        answer = render(request, "work/row_done.html", {"follow_up": follow_up, "wanted": wanted})
    answer["HX-Trigger"] = told
    return answer
