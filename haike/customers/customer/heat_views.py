"""Making a customer hot and cooling it down on its page, and the switch that brings the hot ones to the top."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.heat import cool, make_hot, until_by_rule
from haike.customers.customer.hot_first import is_hot_first, set_hot_first
from haike.customers.customer.record import Customer
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Button, Entity, Section, entity_of
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import FormPage, Typed
from haike.screens.table import EntityWords

HEAT = ("heat", "heat_reason", "heat_until")


def may_heat(entity: Entity, user: Actor, customer: Customer) -> bool:
    """Whether the user may set how hot a customer is, and why."""
    return entity.policy.allows(user, "edit", customer) and all(entity.right(user, name) == "edit" for name in HEAT)


def buttons(customer: Customer, user: Actor) -> list[Button]:
    """Heat on a customer's page."""
    entity = entity_of(Customer)
    if not may_heat(entity, user, customer):
        return []
    base = entity.url_of(customer)
    if not customer.heat:
        return [Button(_("Make hot"), f"{base}heat", "flame", "drawer")]
    return [
        Button(_("Change the heat"), f"{base}heat", "flame", "drawer"),
        Button(_("Cool down"), f"{base}cool", "flame-off", "post"),
    ]


def list_button(user: Actor) -> Button:
    """The switch in the head of the list."""
    label = _("Newest first") if is_hot_first(user) else _("Hot ones first")
    return Button(label, reverse("customers:hot_first"), "flame", "post")


def heat_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Level, reason and last day in one small form."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    customer = find_record(entity, user, pk)
    if not may_heat(entity, user, customer):
        raise Http404
    typed = Typed({name: entity.looks[name] for name in HEAT}, user)
    level = customer.heat or next(iter(words_of("heat", retired=False)), "")
    until = customer.heat_until if customer.heat else until_by_rule(level)
    typed.start({"heat": level, "heat_reason": customer.heat_reason, "heat_until": until})
    if request.method == "POST":
        typed.read(request.POST, whole=True)
        if typed.parse():
            try:
                values = typed.values
                day = values["heat_until"]
                if not customer.heat and day == until:
                    # The day offered was that of the level offered; the chosen one has its own.
                    day = None
                hot = make_hot(customer, level=values["heat"], reason=values["heat_reason"], until=day, by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                told = _("“%(name)s” is hot until %(day)s.") if hot.heat_until else _("“%(name)s” is hot.")
                day = entity.looks["heat_until"].text(hot.heat_until)
                return done(request, told % {"name": hot, "day": day}, entity.url_of(hot))
    page = FormPage(
        title=_("Make hot"),
        action=request.path,
        sections=typed.sections([Section("", list(HEAT))]),
        entity=EntityWords.of(entity),
        errors=typed.error_lines(),
        message=typed.message,
        back_url=entity.url_of(customer),
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    bad = bool(typed.errors or typed.message)
    return render(request, template, {"form": page}, status=422 if bad else 200)


def cool_view(request: HttpRequest, pk: int) -> HttpResponse:
    """End the heat."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    customer = find_record(entity, user, pk)
    if request.method != "POST":
        raise Http404
    try:
        cool(customer, by=user)
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("“%(name)s” is not hot any more.") % {"name": customer}, entity.url_of(customer))


def hot_first_view(request: HttpRequest) -> HttpResponse:
    """Turn the order of one's own list round."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    if request.method != "POST" or not entity.policy.may(user, "view"):
        raise Http404
    on = not is_hot_first(user)
    set_hot_first(user, on=on)
    told = _("Your list begins with the hot customers now.") if on else _("Your list begins with the newest again.")
    return done(request, told, entity.url, go=True)
