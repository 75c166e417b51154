"""Settings → own fields: the entities, the fields of one, and the drawer in which a field is made or changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.fields.own_field import actions
from haike.fields.own_field.additions import shape_of
from haike.fields.own_field.form import FieldTyped, field_looks, field_sections, start_values, wish_of
from haike.fields.own_field.kinds import KINDS, look_of
from haike.fields.own_field.record import OwnField
from haike.kernel.entity import BASE_FIELDS, Entity, entity_named
from haike.people.grants import HOUSE
from haike.people.pages import demand_grant
from haike.refused import Conflict, Refused
from haike.screens.door import done, refused_page
from haike.screens.form import FormPage
from haike.screens.module import by_use, entities_on

View = Callable[..., HttpResponse]


def settings_of(view: View) -> View:
    """A page about the fields of one entity, for those who hold the grant "settings"."""

    @wraps(view)
    def inner(request: HttpRequest, slug: str, **where: Any) -> HttpResponse:
        demand_grant(request, "settings")
        entity = entity_named(slug)
        if entity is None or entity.slug != slug:
            raise Http404
        if "key" in where:
            where["own"] = get_object_or_404(OwnField, entity=entity.label, key=where.pop("key"))
        try:
            return view(request, entity, **where)
        except Refused as no:
            return refused_page(request, no)

    return inner


def url_of(entity: Entity) -> str:
    """The page of an entity's fields."""
    return f"/settings/fields/{entity.slug}/"


def in_order() -> list[Entity]:
    """All entities: what others hang on first, then what hangs on them, those that run the house last."""
    return sorted(
        entities_on(), key=lambda each: (each.label.partition(".")[0] in HOUSE, by_use(each), each.parent is not None)
    )


def entities_view(request: HttpRequest) -> HttpResponse:
    """Every entity with the fields that it has got."""
    demand_grant(request, "settings")
    cards = [
        {
            "label": entity.label_plural,
            "icon": entity.icon,
            "url": url_of(entity),
            "own": [look.label for look in shape_of(entity).own.values()],
            "declared": len(entity.declared_looks),
        }
        for entity in in_order()
    ]
    return render(request, "fields/entities.html", {"cards": cards})


@settings_of
def fields_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The own fields of an entity in their order, the deleted ones, and those that are built in."""
    rows = list(OwnField.objects.filter(entity=entity.label, purged_at=None).select_related("deleted_by"))
    living = [row for row in rows if row.deleted_at is None and row.kind in KINDS]
    context = {
        "entity": entity,
        "base": url_of(entity),
        "others": [{"label": each.label_plural, "url": url_of(each), "active": each is entity} for each in in_order()],
        "fields": [{"own": row, "kind": KINDS[row.kind], "marks": _marks(entity, row)} for row in living],
        "deleted": [{"own": row, "kind": KINDS[row.kind]} for row in rows if row.deleted_at and row.kind in KINDS],
        "declared": [look for name, look in entity.declared_looks.items() if name not in BASE_FIELDS],
        "kinds": list(KINDS.values()),
    }
    template = "fields/fields.html#list" if getattr(request, "htmx", False) else "fields/fields.html"
    return render(request, template, context)


def _marks(entity: Entity, own: OwnField) -> list[Any]:
    said = [
        (own.required, _("required")),
        (own.unique, _("unique")),
        (own.searched, _("searched")),
        (bool(own.fact("often")), _("indexed")),
        (bool(own.fact("when")), _("conditional")),
    ]
    return [word for holds, word in said if holds]


@settings_of
def new_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The choice of a kind, then the form of a new field."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        context = {"entity": entity, "base": url_of(entity), "kinds": list(KINDS.values())}
        template = "fields/kinds.html#kinds" if getattr(request, "htmx", False) else "fields/kinds.html"
        return render(request, template, context)
    own = OwnField(entity=entity.label, kind=kind, made_at=timezone.now())
    action = f"{url_of(entity)}new?kind={kind}"

    def act(typed: FieldTyped) -> HttpResponse:
        made = actions.add_field(entity, kind, wish_of(own, typed.values), by=cast(Any, request.user))
        message = _("The field “%(label)s” is there; everybody sees it at once.") % {"label": made}
        return done(request, message, url_of(entity))

    title = _("New field: %(kind)s") % {"kind": KINDS[kind].label}
    return _form(request, entity, own, act, title=title, action=action)


@settings_of
def edit_view(request: HttpRequest, entity: Entity, own: OwnField) -> HttpResponse:
    """The form of a field."""
    if own.deleted_at is not None or own.kind not in KINDS:
        raise Http404

    def act(typed: FieldTyped) -> HttpResponse:
        version = whole(request.POST.get("version", ""))
        actions.change_field(own, wish_of(own, typed.values), version=version, by=cast(Any, request.user))
        return done(request, _("The field “%(label)s” is saved.") % {"label": typed.values["label"]}, url_of(entity))

    title = _("Field: %(label)s") % {"label": own}
    return _form(request, entity, own, act, title=title, action=f"{url_of(entity)}{own.key}/edit")


def _form(
    request: HttpRequest,
    entity: Entity,
    own: OwnField,
    act: Callable[[FieldTyped], HttpResponse],
    *,
    title: Any,
    action: str,
) -> HttpResponse:
    typed, status, version = FieldTyped(field_looks(entity, own), request.user), 200, own.version if own.pk else None
    typed.start(start_values(own))
    if request.method == "POST":
        typed.read(request.POST)
        if not request.POST.get("options-do"):
            if typed.parse():
                try:
                    return act(typed)
                except Conflict as conflict:
                    typed.message, version = str(conflict.message), conflict.current.version
                except Refused as no:
                    typed.refuse(no)
            status = 422
    preview_url = f"{url_of(entity)}preview?kind={own.kind}{f'&key={own.key}' if own.pk else ''}"
    bottom = {"url": preview_url, "preview": preview(entity, own, typed)}
    page = FormPage(
        title=title,
        action=action,
        sections=typed.sections(field_sections(own)),
        errors=typed.error_lines(),
        message=typed.message,
        version=version,
        back_url=url_of(entity),
        bottom=render_to_string("fields/preview.html", bottom),
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": page}, status=status)


@settings_of
def preview_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """How the field would look with what is typed so far."""
    kind, key = request.GET.get("kind", ""), request.GET.get("key", "")
    if kind not in KINDS or request.method != "POST":
        raise Http404
    own = OwnField.objects.filter(entity=entity.label, key=key).first() or OwnField(entity=entity.label, kind=kind)
    typed = FieldTyped(field_looks(entity, own), request.user)
    typed.read(request.POST)
    return render(request, "fields/preview.html#shown", {"preview": preview(entity, own, typed)})


def preview(entity: Entity, own: OwnField, asked: FieldTyped) -> dict[str, Any]:
    """The label, the widget and the help of a field as its form describes it now, right or wrong."""
    typed = FieldTyped(asked.looks, asked.user)
    typed.raw = asked.raw
    typed.parse()
    values = typed.values
    facts = {name: values[name] for name in ("places", "length", "dictionary") if values.get(name)}
    shown = OwnField(
        pk=own.pk,
        entity=entity.label,
        key=own.key or "own_preview",
        kind=own.kind,
        label=values.get("label") or str(KINDS[own.kind].label),
        help=values.get("help") or "",
        required=bool(values.get("required")),
        facts={**facts, "target": values.get("target") or entity.label},
    )
    look = look_of(shown)
    if values.get("options") and "dictionary" not in facts:
        look.words = {str(at): each.name for at, each in enumerate(values["options"]) if not each.retired}  # type: ignore[attr-defined]
    return {"label": look.label, "required": look.required, "help": look.help, "widget": look.widget("preview", "")}


@settings_of
def move_view(request: HttpRequest, entity: Entity, own: OwnField) -> HttpResponse:
    """One place up or down."""
    _demand_post(request)
    step = -1 if request.POST.get("to") == "up" else 1
    actions.move_field(own, step, by=cast(Any, request.user))
    return done(request, _("“%(label)s” has moved.") % {"label": own}, url_of(entity))


@settings_of
def delete_view(request: HttpRequest, entity: Entity, own: OwnField) -> HttpResponse:
    """Take the field off every surface."""
    _demand_post(request)
    actions.delete_field(own, by=cast(Any, request.user))
    message = _("The field “%(label)s” is deleted; its values are kept.") % {"label": own}
    return done(request, message, url_of(entity), undo_url=f"{url_of(entity)}{own.key}/restore")


@settings_of
def restore_view(request: HttpRequest, entity: Entity, own: OwnField) -> HttpResponse:
    """Bring a deleted field back."""
    _demand_post(request)
    actions.restore_field(own, by=cast(Any, request.user))
    return done(request, _("The field “%(label)s” is back with its values.") % {"label": own}, url_of(entity))


@settings_of
def purge_view(request: HttpRequest, entity: Entity, own: OwnField) -> HttpResponse:
    """Delete a deleted field's values for good."""
    _demand_post(request)
    if not cast(Any, request.user).grants.may_do("boss"):
        raise Refused(_("Only the boss may delete for good."))
    actions.purge_field(own, by=cast(Any, request.user))
    return done(request, _("The values of “%(label)s” are being deleted.") % {"label": own}, url_of(entity))


def _demand_post(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Http404
