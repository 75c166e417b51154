"""The pages of a role: its rights, its fields, a copy."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Section, entities, entity_named, entity_of
from haike.kernel.policy import ACTIONS
from haike.people.looks import model_looks
from haike.people.pages import ask
from haike.people.reveal.budget import BUDGET
from haike.people.role import matrix
from haike.people.role.record import Role
from haike.people.switches import EVERY_GRANT, grants_known
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.form import Typed

MOST_REVEALS = 100_000


def _role(request: HttpRequest, pk: int) -> Role:
    return cast(Role, get_object_or_404(Role.objects.visible_to(cast(Any, request.user)), pk=pk))


def _save(request: HttpRequest, role: Role, url: str, **values: Any) -> HttpResponse:
    try:
        sent = whole(request.POST.get("version"))
        entity_of(Role).change(role, by=cast(Any, request.user), version=sent, **values)
    except Refused as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("The rights of “%(role)s” are saved; they hold at once.") % {"role": role})
    return redirect(url)


def rights_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of rights and the special grants."""
    role = _role(request, pk)
    may_edit = entity_of(Role).policy.allows(cast(Any, request.user), "edit", role)
    if request.method == "POST":
        if not may_edit:
            raise Http404
        known = {EVERY_GRANT, *grants_known()}
        said = request.POST.get("reveals", str(role.reveals if role.reveals is not None else "")).strip()
        reveals = whole(said)
        if said and (reveals is None or reveals > MOST_REVEALS):
            most = _("Looks at masked values: a number from 0 to %(most)s, or nothing.") % {"most": MOST_REVEALS}
            messages.error(request, str(most))
            return redirect(f"/roles/{pk}/rights")
        # Grants of rooms that are not here stay as they are.
        kept = [grant for grant in role.grants if grant not in known]
        grants = [grant for grant in request.POST.getlist("grant") if grant in known]
        return _save(
            request,
            role,
            f"/roles/{pk}/rights",
            rights=matrix.read_rights(request.POST, role.rights),
            grants=[*dict.fromkeys([*grants, *kept])],
            reveals=reveals,
        )
    words = {EVERY_GRANT: _("All special grants, also of later releases"), **grants_known()}
    return render(
        request,
        "people/rights.html",
        {
            "role": role,
            "rows": matrix.rows_of(role),
            "actions": list(ACTIONS.items()),
            "reaches": list(matrix.REACH_LABELS.items()),
            "grants": [{"key": key, "label": label, "on": key in role.grants} for key, label in words.items()],
            "may_edit": may_edit,
            "general": int(BUDGET()),
            "most_reveals": MOST_REVEALS,
        },
    )


def fields_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Which fields of an entity the role fills in, reads, sees masked, or not at all."""
    role = _role(request, pk)
    may_edit = entity_of(Role).policy.allows(cast(Any, request.user), "edit", role)
    offered = matrix.business_entities() or entities()
    entity = entity_named(request.GET.get("entity", "")) or offered[0]
    url = f"/roles/{pk}/fields?entity={entity.slug}"
    if request.method == "POST":
        if not may_edit:
            raise Http404
        rights = matrix.read_field_rights(request.POST, entity, role.field_rights)
        return _save(request, role, url, field_rights=rights)
    facts = matrix.facts_of(role)
    return render(
        request,
        "people/role_fields.html",
        {
            "role": role,
            "entity": entity,
            "entities": [{"label": each.label_plural, "slug": each.slug, "active": each is entity} for each in offered],
            "fields": [
                {"name": name, "label": label, "right": facts.right(entity.label, name)}
                for name, label in matrix.fields_shown(entity).items()
            ],
            "choices": list(matrix.FIELD_LABELS.items()),
            "may_edit": may_edit,
        },
    )


def copy_view(request: HttpRequest, pk: int) -> HttpResponse:
    """A new role with the same rights under another name."""
    role, user = _role(request, pk), cast(Any, request.user)
    policy = entity_of(Role).policy
    if not policy.may(user, "create"):
        raise Http404

    def act(typed: Typed) -> HttpResponse:
        copied = cast(Any, entity_of(Role)).copy(role, name=typed.values["name"], by=user)
        return done(
            request, _("The role “%(role)s” is there.") % {"role": copied}, f"/roles/{copied.pk}/rights", go=True
        )

    looks = model_looks(Role, "name")
    title = _("Copy the role “%(role)s”") % {"role": role}
    start = {"name": str(_("%(role)s (copy)") % {"role": role.name})}
    sections = [Section("", ["name"])]
    return ask(request, looks, act, title=title, back_url=f"/roles/{pk}/", start=start, sections=sections)
