"""Quick create: a customer and the first contact in one small form."""

from __future__ import annotations

import copy
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.customer.actions import CONTACT, quick_create
from haike.kernel.entity import Entity, Section, entity_of
from haike.kernel.look import Look
from haike.refused import Refused
from haike.screens import form
from haike.screens.door import done
from haike.screens.layout import laid_in_form
from haike.screens.table import EntityWords, inside

CUSTOMER_FIELDS = ["name", "form", "kind", "stage", "level", "source", "region", "phone", "remark"]
CONTACT_FIELDS = ["name", "form_of_address", "post", "mobile", "wechat", "email"]


def new_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The form of a new customer; `?quick=1` gives the small one with the first contact."""
    if request.GET.get("quick") == "1":
        return quick_view(request, entity)
    return cast(HttpResponse, form.new_view.__wrapped__(request, entity))  # type: ignore[attr-defined]


def _looks(entity: Entity, request: HttpRequest) -> dict[str, Look]:
    user = cast(Any, request.user)
    found = form.form_looks(entity, user, names=form.quick_names(entity))
    found = laid_in_form(entity, request).looks(found, request)
    contacts = entity_of(Contact)
    contact_names = list(dict.fromkeys([*CONTACT_FIELDS, *form.demanded_names(contacts)]))
    if contacts.policy.may(user, "create"):
        for name, look in form.form_looks(contacts, user, names=contact_names).items():
            # Nobody has to name a contact; without a name of its own it takes the customer's.
            found[f"{CONTACT}{name}"] = copy.copy(look)
            found[f"{CONTACT}{name}"].required = False
    return found


def _sections(looks: dict[str, Look]) -> list[Section]:
    mine = [name for name in looks if not name.startswith(CONTACT)]
    return [
        Section(_("Customer"), mine),
        Section(_("First contact"), [name for name in looks if name.startswith(CONTACT)]),
    ]


def quick_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The small form."""
    user = cast(Any, request.user)
    looks = _looks(entity, request)
    typed = form.Typed(looks, user)
    typed.start({name: value for name, value in form.defaults(entity).items() if name in looks})
    typed.raw.update({name: raw for name, raw in form.initial_values(entity, request).items() if name in looks})
    page = form.FormPage(
        title=_("New %(name)s") % {"name": inside(entity.name)},
        action=f"/{entity.slug}/new?quick=1",
        sections=[],
        entity=EntityWords.of(entity),
        buttons=[
            {"label": _("Save"), "primary": True, "name": "", "value": ""},
            {"label": _("Save and new"), "primary": False, "name": "then", "value": "new"},
        ],
        draft_key=f"{entity.slug}/new/quick",
        back_url=entity.url,
    )
    status = 200
    if request.method == "POST":
        typed.read(request.POST)
        status = 422
        if typed.parse() and not form.warn(page, entity, typed, None, request):
            person = {n.removeprefix(CONTACT): value for n, value in typed.values.items() if n.startswith(CONTACT)}
            values = {name: value for name, value in typed.values.items() if not name.startswith(CONTACT)}
            try:
                customer = quick_create(by=user, contact=person, **values)
            except Refused as no:
                typed.refuse(no)
            else:
                message = _("%(name)s “%(title)s” saved.") % {"name": entity.name, "title": customer}
                again = request.POST.get("then") == "new"
                return done(request, message, entity.url_of(customer), record=customer, again=again)
    return form.render_form(request, page, typed, _sections(looks), status)
