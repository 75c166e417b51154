"""The pages "what may this user do" and "who may do this": answers by user, by role, by kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Button, Entity, entity_named
from haike.kernel.policy import ACTIONS
from haike.people.access.abilities import Abilities, Given, abilities_by, abilities_of
from haike.people.access.views import SIZE, Filter, department_name, role_names
from haike.people.account.views import TABS
from haike.people.authority import may_manage
from haike.people.grants import HOUSE, NONE, organisation
from haike.people.role.matrix import REACH_LABELS
from haike.people.switches import grants_known
from haike.people.user.record import User
from haike.screens.module import by_use, entities_on
from haike.screens.record import BUTTONS

HERE = "/settings/rights/"
TABS.append(("rights", _("My rights"), "/account/rights"))


def may_look_up(user: Any) -> bool:
    """Whether somebody finds the pages about the rights of others."""
    return any(user.grants.may_do(grant) for grant in ("roles", "people", "boss"))


def may_look_at(me: Any, user: Any) -> bool:
    """Whether somebody may know what a user may do: himself, who keeps the roles, and who manages his account."""
    if me.pk == user.pk or me.grants.may_do("roles") or me.grants.may_do("boss"):
        return True
    return may_look_up(me) and may_manage(me, user)


def abilities_button(entity: Entity, record: Any, user: Any) -> Iterable[Button]:
    """The way to the answer from the page of a user and of a role."""
    if entity.label == "people.user" and record.deleted_at is None and may_look_at(user, record):
        yield Button(_("What may he do?"), f"/users/{record.pk}/abilities", icon="list-check")
    if entity.label == "people.role" and record.deleted_at is None and may_look_up(user):
        yield Button(_("What does it allow?"), f"{HERE}?by=role&role={record.pk}", icon="list-check")


BUTTONS.append(abilities_button)


def _given(given: Given, roles: Mapping[int, str]) -> dict[str, Any]:
    return {"label": given.label, "key": given.key, "roles": [roles[role] for role in given.roles if role in roles]}


def _shown(abilities: Abilities, roles: Mapping[int, str], entity: str) -> dict[str, Any]:
    """Abilities as `people/abilities_body.html` shows them."""
    modules = [module for module in abilities.modules() if entity in ("", module.entity.label)]
    groups = [
        {
            "label": label,
            "modules": [
                {
                    "label": module.entity.label_plural,
                    "icon": module.entity.icon,
                    "owners": module.owners,
                    "cells": [_given(cell, roles) for cell in module.cells],
                    "fields": [(field, _given(given, roles)) for field, given in module.fields],
                }
                for module in modules
                if module.house == house and module.reached
            ],
            "closed": [
                module.entity.label_plural for module in modules if module.house == house and not module.reached
            ],
        }
        for house, label in ((False, _("Daily business")), (True, _("Running the house")))
    ]
    grants = [_given(given, roles) for given in abilities.grants()]
    return {
        "groups": [group for group in groups if group["modules"] or group["closed"]],
        "grants": [grant for grant in grants if grant["roles"]],
        "lacking": [grant["label"] for grant in grants if not grant["roles"]],
        "actions": list(ACTIONS.values()),
        "several": len(abilities.roles) > 1,
        "scoped": abilities.user is not None,
    }


def my_rights_view(request: HttpRequest) -> HttpResponse:
    """One's own rights."""
    return redirect(f"/users/{cast(Any, request.user).pk}/abilities")


def abilities_view(request: HttpRequest, pk: int) -> HttpResponse:
    """What a user may do, by kind of record: how far each act reaches, special grants, fields, and by which role."""
    user, me = User.objects.live().filter(pk=pk).first(), cast(Any, request.user)
    if user is None or not may_look_at(me, user):
        raise Http404
    house, roles = organisation(), role_names()
    mine = {role: roles[role] for role in house.roles_of.get(pk, ()) if role in roles}
    role = whole(request.GET.get("role"))
    entity = entity_named(request.GET.get("entity", ""))
    abilities = abilities_of(user, role if role in mine else None)
    context = {
        "person": user,
        "mine": me.pk == user.pk,
        "department": department_name(house, user),
        "manager": house.users.get(user.manager_id or 0),
        "reports": len(house.below(user.pk)) - 1,
        "roles": mine.items(),
        "role": role if role in mine else None,
        "entities": [(each.label, each.label_plural) for each in _ordered()],
        "entity": entity.label if entity else "",
        "may_look_up": may_look_up(me),
        **_shown(abilities, roles, entity.label if entity else ""),
    }
    return render(request, "people/abilities.html", context)


def rights_look_up_view(request: HttpRequest) -> HttpResponse:
    """Who may do this, by kind of record or special grant; and what does a role allow."""
    me = cast(Any, request.user)
    if not may_look_up(me):
        raise Http404
    names = role_names()
    if request.GET.get("by") == "role":
        return _by_role(request, names)
    entity = entity_named(request.GET.get("entity", "")) or _first_entity()
    action = request.GET.get("action", "") if request.GET.get("action") in ACTIONS else "view"
    grant = request.GET.get("grant", "") if request.GET.get("grant") in grants_known() else ""
    house = organisation()
    chosen = Filter(request.GET, house)
    rows = []
    people = [user for user in house.users.values() if user.is_active and user.deleted_at is None]
    for user in sorted(people, key=lambda each: (each.name_pinyin, each.pk)):
        if not chosen.takes(user) or not may_look_at(me, user):
            continue
        abilities = abilities_of(user)
        given = Given("", abilities.grants_by(grant), "all") if grant else abilities.reach(entity, action)
        if given.key != NONE and (given.roles or not grant):
            rows.append((user, given))
    start = max(whole(request.GET.get("start")) or 0, 0)
    asked = {"grant": grant} if grant else {"entity": entity.label, "action": action}

    def page(at: int) -> str:
        return f"{HERE}?{urlencode({**asked, **chosen.query, **({'start': at} if at else {})})}"

    context = {
        "by": "module",
        "url": HERE,
        "entities": [(each.label, each.label_plural) for each in _ordered()],
        "entity": entity.label,
        "actions": ACTIONS.items(),
        "action": action,
        "grants": grants_known().items(),
        "grant": grant,
        "filter": chosen,
        "departments": chosen.departments(),
        "roles": sorted(names.items()),
        "of_roles": [] if grant else _reach_of_roles(entity, action, names),
        "found": len(rows),
        "lines": [
            {"user": user, "department": department_name(house, user), **_given(given, names)}
            for user, given in rows[start : start + SIZE]
        ],
        "first": start + 1,
        "last": min(start + SIZE, len(rows)),
        "prev_url": page(max(start - SIZE, 0)) if start else "",
        "next_url": page(start + SIZE) if start + SIZE < len(rows) else "",
    }
    return render(request, "people/who_may.html", context)


def _ordered() -> list[Entity]:
    return sorted(entities_on(), key=lambda each: (each.label.partition(".")[0] in HOUSE, by_use(each)))


def _first_entity() -> Entity:
    return _ordered()[0]


def _reach_of_roles(entity: Entity, action: str, names: Mapping[int, str]) -> list[tuple[int, str, Any]]:
    """What each role says about it, those that allow nothing left out."""
    house = organisation()
    reaches = ((role, facts.reach(entity.label, action)) for role, facts in sorted(house.roles.items()))
    return [(role, names[role], REACH_LABELS[reach]) for role, reach in reaches if reach != NONE and role in names]


def _by_role(request: HttpRequest, names: Mapping[int, str]) -> HttpResponse:
    """What one role allows, and who has it."""
    house, me = organisation(), cast(Any, request.user)
    role = whole(request.GET.get("role"))
    role = role if role in names else min(names)
    holders = [
        user
        for user in house.users.values()
        if role in house.roles_of.get(user.pk, ()) and user.is_active and user.deleted_at is None
    ]
    context = {
        "by": "role",
        "url": HERE,
        "roles": sorted(names.items()),
        "role": role,
        "holders": [(user, may_look_at(me, user)) for user in sorted(holders, key=lambda each: each.name_pinyin)],
        **_shown(abilities_by(cast(int, role)), names, ""),
    }
    return render(request, "people/who_may.html", context)
