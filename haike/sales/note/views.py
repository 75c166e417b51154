"""The pages of call notes: write one in one line, see who calls, make something of it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.chinese.phone import normalise_phone
from haike.customers.customer.record import Customer
from haike.kernel.entity import Entity, Section, entity_of
from haike.kernel.look import Look
from haike.refused import Refused
from haike.sales.lead.record import Lead, LeadFollowUp
from haike.sales.note import actions
from haike.sales.note.record import LONGEST, OPEN, CallNote
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import FormPage, Typed, form_looks, initial_values, quick_names, render_form, warn
from haike.screens.table import EntityWords
from haike.work.follow_up.record import FollowUp

NEW = ("text", "manner")
SAID = ("manner", "content", "result", "next_at")


def new_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """One line and one click; below the line stands who it is."""
    user = cast(Any, request.user)
    typed = Typed(form_looks(entity, user, names=[*NEW, *(n for n in quick_names(entity) if n not in NEW)]), user)
    typed.start({"text": "", "manner": "call"})
    typed.raw.update({name: raw for name, raw in initial_values(entity, request).items() if name in typed.looks})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                note = entity.create(by=user, **typed.values)
            except Refused as no:
                typed.refuse(no)
            else:
                message = _("Noted: “%(title)s”. It waits under “Call notes”.") % {"title": note}
                return done(request, message, entity.url_of(note), record=note)
    page = FormPage(
        title=_("Quick call note"),
        action=f"{entity.url}new",
        sections=[],
        entity=EntityWords.of(entity),
        bottom=render_to_string("sales/who.html#place", {"text": str(typed.raw.get("text", ""))}, request=request),
        draft_key=f"{entity.slug}/new",
        back_url=entity.url,
        buttons=[{"label": _("Note it"), "primary": True}],
    )
    status = 422 if typed.errors or typed.message else 200
    return render_form(request, page, typed, [Section("", list(typed.looks))], status)


def who_view(request: HttpRequest) -> HttpResponse:
    """Who is behind the number in what is typed; asked by POST, so that no number stands in an address."""
    user, entity = cast(Any, request.user), entity_of(CallNote)
    if request.method != "POST" or not entity.policy.may(user, "create"):
        raise Http404
    caller = actions.who_calls(request.POST.get("text", "")[:LONGEST], "", by=user)
    return render(request, "sales/who.html#found", {"caller": caller, "lines": _lines(caller)})


def _lines(caller: actions.Caller) -> list[dict[str, Any]]:
    return [
        {
            "sentence": match.sentence,
            "url": match.url if match.visible else "",
            "title": match.title if match.visible else "",
        }
        for match in caller.matches
    ]


def _found(request: HttpRequest, pk: int) -> tuple[CallNote, Any]:
    entity, user = entity_of(CallNote), cast(Any, request.user)
    if not entity.policy.may(user, "view"):
        raise Http404
    return find_record(entity, user, pk), user


def _handle(
    request: HttpRequest,
    pk: int,
    title: Any,
    target: Entity,
    looks: Callable[[CallNote, Any], tuple[dict[str, Look], dict[str, Any]]],
    act: Callable[[CallNote, dict[str, Any], Any], tuple[Any, Any, str]],
) -> HttpResponse:
    """Ask for what is missing, with what the note says filled in; then make it."""
    note, user = _found(request, pk)
    entity = entity_of(CallNote)
    if note.state != OPEN:
        return refused_page(request, Refused(_("This note has been handled already.")))
    if not entity.policy.allows(user, "edit", note):
        return refused_page(request, Refused(_("You may look at this record, but not change it.")))
    asked, start = looks(note, user)
    typed = Typed(asked, user)
    typed.start(start)
    said = render_to_string("sales/said.html", {"note": note})
    page = FormPage(
        title=title,
        action=request.path,
        sections=[],
        entity=EntityWords.of(target),
        top=said,
        back_url=entity.url_of(note),
        buttons=[{"label": title, "primary": True}],
    )
    status = 200
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            if warn(page, target, typed, None, request):
                page.top = format_html("{}{}", said, page.top)
                return render_form(request, page, typed, [Section("", list(typed.looks))], 422)
            try:
                made, message, url = act(note, typed.values, user)
            except Refused as no:
                typed.refuse(no)
            else:
                return done(request, message, url, record=made, go=True)
        status = 422
    return render_form(request, page, typed, [Section("", list(typed.looks))], status)


def _ways(note: CallNote) -> dict[str, Any]:
    """The number where it belongs."""
    kind = normalise_phone(note.phone).kind if note.phone else ""
    return {("mobile" if kind == "mobile" else "phone"): note.phone} if kind else {}


def _known(note: CallNote, user: Any) -> dict[str, Any]:
    """Who called, as far as this user sees it."""
    customer = Customer.objects.visible_to(user).filter(pk=note.customer_id).first()
    lead = None if customer else Lead.objects.visible_to(user).filter(pk=note.lead_id).first()
    return {"customer": customer, "lead": lead}


def lead_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a lead of a note."""
    entity = entity_of(Lead)
    if not entity.policy.may(cast(Any, request.user), "create"):
        raise Http404

    def looks(note: CallNote, user: Any) -> tuple[dict[str, Look], dict[str, Any]]:
        names = list(dict.fromkeys([*quick_names(entity), *_ways(note)]))
        return form_looks(entity, user, names=names), {**_ways(note), "remark": note.text}

    def act(note: CallNote, values: dict[str, Any], user: Any) -> tuple[Any, Any, str]:
        made = actions.make_lead_of(note, values, by=user)
        return made, _("“%(title)s” is a lead now.") % {"title": made}, entity.url_of(made)

    return _handle(request, pk, _("Make a lead"), entity, looks, act)


def customer_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a customer of a note."""
    entity = entity_of(Customer)
    if not entity.policy.may(cast(Any, request.user), "create"):
        raise Http404

    def looks(note: CallNote, user: Any) -> tuple[dict[str, Look], dict[str, Any]]:
        names = list(dict.fromkeys([*quick_names(entity), *_ways(note), "remark"]))
        return form_looks(entity, user, names=names), {**_ways(note), "remark": note.text}

    def act(note: CallNote, values: dict[str, Any], user: Any) -> tuple[Any, Any, str]:
        made = actions.make_customer_of(note, values, by=user)
        return made, _("“%(title)s” is a customer now.") % {"title": made}, entity.url_of(made)

    return _handle(request, pk, _("Make a customer"), entity, looks, act)


def follow_up_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a follow-up of a note, with a customer or a lead that is known."""
    talks, leads = entity_of(FollowUp), entity_of(LeadFollowUp)
    user = cast(Any, request.user)
    of = [
        (entity, name) for entity, name in ((talks, "customer"), (leads, "lead")) if entity.policy.may(user, "create")
    ]
    if not of:
        raise Http404

    def looks(note: CallNote, user: Any) -> tuple[dict[str, Look], dict[str, Any]]:
        asked = form_looks(of[0][0], user, names=list(SAID))
        whose = {}
        for entity, name in of:
            # One of the two is needed, and which one is the user's choice.
            whose[name] = copy(form_looks(entity, user, names=[name])[name])
            whose[name].required = False
        start = {"manner": note.manner, "content": note.text}
        start |= {name: record for name, record in _known(note, user).items() if name in whose}
        return {**whose, **asked}, start

    def act(note: CallNote, values: dict[str, Any], user: Any) -> tuple[Any, Any, str]:
        customer, lead = values.pop("customer", None), values.pop("lead", None)
        made = actions.make_follow_up_of(note, customer=customer, lead=lead, by=user, **values)
        whom: Any = customer or lead
        return made, _("Written down at “%(title)s”.") % {"title": whom}, entity_of(whom).url_of(whom)

    return _handle(request, pk, _("Write a follow-up"), of[0][0], looks, act)
