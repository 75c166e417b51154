"""Acts on follow-ups beside the form: date anew, comment, photos; and planning the next contact."""

from __future__ import annotations

import copy
from typing import Any, cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.actions import plan_contact
from haike.customers.customer.record import Customer
from haike.kernel.entity import Section, entity_of
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import FormPage, Typed
from haike.screens.table import EntityWords
from haike.work.follow_up import actions
from haike.work.follow_up.box import next_contact
from haike.work.follow_up.record import FollowUp, FollowUpPhoto

PLANNED = {
    "next_at": "next_contact_at",
    "next_manner": "next_contact_manner",
    "next_what": "next_contact_what",
}
"""What is planned for the next contact: the field of a follow-up, and that of the customer which keeps it."""


def _small_form(request: HttpRequest, typed: Typed, *, title: Any, back_url: str) -> HttpResponse:
    page = FormPage(
        title=title,
        action=request.path,
        sections=typed.sections([Section("", list(typed.looks))]),
        entity=EntityWords.of(entity_of(FollowUp)),
        errors=typed.error_lines(),
        message=typed.message,
        back_url=back_url,
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    bad = bool(typed.errors or typed.message)
    return render(request, template, {"form": page}, status=422 if bad else 200)


def redate_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a follow-up another time."""
    user, entity = cast(Any, request.user), entity_of(FollowUp)
    follow_up = find_record(entity, user, pk, joins=["customer"])
    if not entity.policy.allows(user, "edit", follow_up):
        return refused_page(request, Refused(_("Only the author may change a follow-up.")))
    look = copy.copy(entity.looks["at"])
    look.required = True
    typed = Typed({"at": look}, user)
    typed.start({"at": follow_up.at})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                actions.redate(follow_up, at=typed.values["at"], by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                return done(request, _("The follow-up has another time now."), entity.url_of(follow_up))
    return _small_form(request, typed, title=_("Date anew"), back_url=entity.url_of(follow_up))


def plan_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Set when a customer is to be contacted next, without writing a talk."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    customer = find_record(entity, user, pk)
    looks = entity_of(FollowUp).looks
    typed = Typed({name: looks[name] for name in PLANNED}, user)
    start = {name: getattr(customer, kept) for name, kept in PLANNED.items()}
    typed.start(start)
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                at = next_contact(request.POST, typed)
                at = None if at is actions.KEEP else at
                # A button that only moves the day says nothing about what was planned.
                planned = typed.values if "next_what" in request.POST else start
                what, manner = planned.get("next_what") or "", planned.get("next_manner") or None
                plan_contact(customer, at=at, what=what, manner=manner, by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                url = "/today/" if request.GET.get("from") == "today" else entity.url_of(customer)
                return done(
                    request, _("The next contact of “%(name)s” is planned.") % {"name": customer}, url, again=True
                )
    return _small_form(request, typed, title=_("Plan the next contact"), back_url=entity.url_of(customer))


def comment_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something about a follow-up."""
    user, entity = cast(Any, request.user), entity_of(FollowUp)
    follow_up = find_record(entity, user, pk, joins=["customer"])
    if request.method != "POST":
        raise Http404
    text = request.POST.get("text", "").strip()
    try:
        if not text:
            raise Refused(_("Write the comment first."))
        actions.comment_on(follow_up, text=text[:20_000], by=user)
    except Refused as no:
        return refused_page(request, no)
    url = entity_of(Customer).url_of(follow_up.customer)
    return done(request, _("Comment saved."), url, again=True)


def photos_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Put further photos to a follow-up."""
    user, entity = cast(Any, request.user), entity_of(FollowUp)
    follow_up = find_record(entity, user, pk)
    if request.method != "POST":
        raise Http404
    try:
        actions.add_photos(follow_up, request.FILES.getlist("photos"), by=user)
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("Photos saved."), entity.url_of(follow_up))


def photo_view(request: HttpRequest, pk: int, photo: int) -> FileResponse:
    """One photo, for those who see the follow-up."""
    follow_up = find_record(entity_of(FollowUp), cast(Any, request.user), pk)
    found = FollowUpPhoto.objects.filter(follow_up=follow_up, pk=photo).first()
    if found is None:
        raise Http404
    answer = FileResponse(found.file.open("rb"))
    answer["Cache-Control"] = "private, max-age=86400"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
