"""Choosing a record while typing: any piece of the name, pinyin, a phone fragment."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

from haike.find.finder import Find
from haike.kernel.discreet import without_secrets
from haike.kernel.division import divisions
from haike.kernel.entity import Entity
from haike.kernel.look import PersonLook
from haike.kernel.look.picture import PictureLook
from haike.kernel.selection import Selection
from haike.screens.door import entity_view

MOST = 20


def pick(entity: Entity, user: Any, words: str, limit: int = MOST) -> list[Any]:
    """Records the user sees that have the words; without words the newest."""
    if entity.model._meta.label == settings.AUTH_USER_MODEL:
        # Colleagues can be named by everybody: their names are no secret inside a company.
        scope = entity.policy.scope(user)
        rows = entity.model.objects.live().filter(is_active=True)
        if not words:
            return list(rows.order_by(*Selection(entity, user, sort=entity.title).order)[:limit])
        everybody = type(scope)(True, (), user.pk, False)
        found = Find(entity.model, everybody, words=words)
        return list(rows.filter(without_secrets(entity, user, found), pk__in=found.page(limit).ids))
    selection = Selection(entity, user, words=words, sort=entity.sort)
    return selection.rows(selection.find.page(limit).ids, [entity.title] if "__" in entity.title else [])


@entity_view("pick")
def pick_view(request: HttpRequest, entity: Entity) -> JsonResponse:
    """{"items": [{"id", "label", "hint", "picture"}]}; the picture only where there is one."""
    user = cast(Any, request.user)
    words = request.GET.get("q", "").strip()[:100]
    found = [
        {"id": each.pk, "label": str(each), "hint": hint(entity, user, each), **picture(entity, user, each)}
        for each in pick(entity, user, words)
    ]
    if entity.model._meta.label == settings.AUTH_USER_MODEL and request.GET.get("me"):
        found.insert(0, {"id": "me", "label": str(_("me")), "hint": ""})
    return JsonResponse({"items": found})


def hint(entity: Entity, user: Any, record: Any) -> str:
    """What tells two records of the same name apart: number, else the first fact."""
    for name in [*(name for name, __ in entity.numbers()), *entity.facts]:
        look = entity.look_at(name)
        if isinstance(look, PersonLook) or name == entity.title or "__" in name:
            continue
        if entity.policy.right_to(user, name, record) in ("edit", "read") and (text := look.text(look.get(record))):
            return text
    return ""


def picture(entity: Entity, user: Any, record: Any) -> dict[str, str]:
    """The address of a record's small picture, as far as it stands in the list of its kind; else nothing."""
    for name in entity.columns:
        look = entity.looks.get(name)
        if not isinstance(look, PictureLook) or entity.policy.right_to(user, name, record) not in ("edit", "read"):
            continue
        value = look.get(record)
        return {"picture": f"{look.source(value)}&size=96"} if value else {}
    return {}


def divisions_view(request: HttpRequest) -> JsonResponse:
    """The divisions directly below `parent`; {"items": [{"code", "name"}]}"""
    parent = request.GET.get("parent", "")
    below = [d for d in divisions().values() if d.parent == parent]
    return JsonResponse({"items": [{"code": each.code, "name": each.name} for each in below]})
