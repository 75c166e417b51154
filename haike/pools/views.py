"""One record claimed, assigned, returned; what a rule would have done."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Section, entity_named
from haike.kernel.look import Look
from haike.pools.actions import faster
from haike.pools.bulk import ASSIGN, CLAIM, RETURN, return_looks, returned, run_one
from haike.pools.deal_out import HAND
from haike.pools.pooling import poolings
from haike.refused import Refused
from haike.said import said
from haike.screens.acts import person_look
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import FormPage, Typed
from haike.screens.table import EntityWords


def _found(request: HttpRequest, slug: str, pk: int) -> tuple[Entity, Any, Any]:
    entity, user = entity_named(slug), cast(Any, request.user)
    if entity is None or slug != entity.slug or entity.label not in poolings() or not entity.policy.may(user, "view"):
        raise Http404
    return entity, user, find_record(entity, user, pk)


def claim_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a record out of its pool for oneself."""
    if request.method != "POST":
        raise Http404
    try:
        entity, user, record = _found(request, slug, pk)
    except Http404:
        # The page was open while somebody else claimed it; to say nothing but "not found" would leave one wondering.
        if no := faster(slug, pk, by=request.user):
            return refused_page(request, no)
        raise
    title = said(_("Claim %(title)s"), title=record)
    try:
        run = run_one(entity, CLAIM, pk, {}, title, by=user)
    except Refused as no:
        return refused_page(request, no)
    message = _("“%(title)s” is yours now.") % {"title": record}
    undo_url = f"/batches/{run.batch_id}/undo"
    return done(request, message, entity.url_of(record), go=request.GET.get("go") == "1", undo_url=undo_url)


def return_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a record back with the reason."""
    entity, user, record = _found(request, slug, pk)
    facts = {"title": record, "pool": poolings()[entity.label].said}

    def act(typed: Typed) -> tuple[Any, Any]:
        title = said(_("Return %(title)s to the %(pool)s"), **facts)
        run = run_one(entity, RETURN, pk, returned(typed.values), title, by=user)
        return run, _("“%(title)s” is back in the %(pool)s.") % facts

    title = _("Return “%(title)s” to the %(pool)s") % facts
    return _ask(request, entity, record, title, "return", return_looks(entity), act)


def assign_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a record out of a pool to a colleague."""
    entity, user, record = _found(request, slug, pk)
    if not entity.policy.allows(user, "transfer", record):
        raise Http404

    def act(typed: Typed) -> tuple[Any, Any]:
        owner = typed.values["owner"]
        title = said(_("Assign %(title)s to %(name)s"), title=record, name=owner)
        run = run_one(entity, ASSIGN, pk, {"how": HAND, "people": [owner.pk]}, title, by=user)
        return run, _("“%(title)s” belongs to %(name)s now.") % {"title": record, "name": owner}

    title = _("Assign “%(title)s”") % {"title": record}
    return _ask(request, entity, record, title, "assign", {"owner": person_look(entity, _("To whom"))}, act)


def _ask(
    request: HttpRequest, entity: Entity, record: Any, title: Any, path: str, looks: dict[str, Look], act: Any
) -> HttpResponse:
    typed = Typed(looks, cast(Any, request.user))
    if request.method == "POST":
        typed.read(request.POST, whole=True)
        if typed.parse():
            try:
                run, message = act(typed)
            except Refused as no:
                typed.refuse(no)
            else:
                undo_url = f"/batches/{run.batch_id}/undo"
                # Whoever gives a record away may not see its page any more.
                return done(request, message, f"{entity.url}", go=True, undo_url=undo_url)
    page = FormPage(
        title=title,
        action=f"{entity.url_of(record)}{path}",
        sections=typed.sections([Section("", list(looks))]),
        entity=EntityWords.of(entity),
        errors=typed.error_lines(),
        message=typed.message,
        back_url=entity.url_of(record),
        buttons=[{"label": title, "primary": True}],
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    bad = bool(typed.errors or typed.message)
    return render(request, template, {"form": page}, status=422 if bad else 200)
