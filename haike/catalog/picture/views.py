"""The pictures on the page of a product, and the files themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from haike.catalog.picture.actions import (
    MOST,
    add_pictures,
    may_change,
    may_read,
    move_picture,
    pictures_of,
    put_back,
    take_out,
)
from haike.catalog.product.record import Product
from haike.kernel.entity import Panel, entity_of
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page
from haike.screens.small import picture_answer


def panel(request: HttpRequest, product: Product) -> SafeString:
    """Thumbnails in their order; who may change them adds, moves and takes out."""
    user = cast(Any, request.user)
    if not may_read(product, user):
        return SafeString("")
    shown, may = pictures_of(product), may_change(product, user)
    if not shown and not may:
        return SafeString("")
    context = {"product": product, "pictures": shown, "may": may, "most": MOST, "full": len(shown) >= MOST,
               "url": f"{entity_of(Product).url_of(product)}pictures"}  # fmt: skip
    return render_to_string("catalog/pictures.html", context, request=request)


PANEL = Panel("pictures", _("Pictures"), panel, place="main", icon="photo")


def _found(request: HttpRequest, pk: int) -> tuple[Any, Product]:
    """The user, and the product whose pictures he reads; else 404."""
    user = cast(Any, request.user)
    product = find_record(entity_of(Product), user, pk)
    if not entity_of(Product).policy.may(user, "view") or not may_read(product, user):
        raise Http404
    return user, product


def picture_view(request: HttpRequest, pk: int, key: int) -> Any:
    """A picture, as it is stored or in one of the small sizes."""
    __, product = _found(request, pk)
    shown = next((each for each in pictures_of(product) if each.key == key), None)
    if shown is None:
        raise Http404
    return picture_answer(request, shown.file)


def show_view(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """A picture large, with the ways to the one before and the one behind."""
    __, product = _found(request, pk)
    pictures = pictures_of(product)
    at = next((place for place, each in enumerate(pictures) if each.key == key), None)
    if at is None:
        raise Http404
    context = {
        "product": product,
        "picture": pictures[at],
        "before": pictures[at - 1] if at else None,
        "behind": pictures[at + 1] if at + 1 < len(pictures) else None,
        "place": at + 1,
        "number": len(pictures),
        "back_url": entity_of(Product).url_of(product),
    }
    template = "catalog/picture.html#show" if getattr(request, "htmx", False) else "catalog/picture.html"
    return render(request, template, context)


def _act(request: HttpRequest, pk: int, act: Callable[[Product, Any], tuple[Any, str]]) -> HttpResponse:
    """Do something to the pictures of a product; `act` gives what to say and where an undo goes."""
    user, product = _found(request, pk)
    url = entity_of(Product).url_of(product)
    try:
        told, undo = act(product, user)
    except Refused as no:
        return refused_page(request, no)
    return done(request, told, url, undo_url=undo)


@require_POST
def add_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the pictures of a form."""

    def act(product: Product, user: Any) -> tuple[Any, str]:
        count = add_pictures(product, request.FILES.getlist("pictures"), by=user)
        said = ngettext("%(count)s picture added.", "%(count)s pictures added.", count)
        return said % {"count": count}, ""

    return _act(request, pk, act)


@require_POST
def move_view(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """Move a picture: `to` is "first", "-1" or "1"."""
    steps = {"first": -MOST, "-1": -1, "1": 1}
    step = steps.get(request.POST.get("to", ""))
    if step is None:
        raise Http404

    def act(product: Product, user: Any) -> tuple[Any, str]:
        move_picture(product, key, step, by=user)
        return _("The order of the pictures is changed."), ""

    return _act(request, pk, act)


@require_POST
def out_view(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """Take a picture out."""

    def act(product: Product, user: Any) -> tuple[Any, str]:
        gone = take_out(product, key, by=user)
        return _("The picture is taken out."), f"{entity_of(Product).url_of(product)}pictures/{gone.pk}/back"

    return _act(request, pk, act)


@require_POST
def back_view(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """Put a picture back."""

    def act(product: Product, user: Any) -> tuple[Any, str]:
        put_back(product, key, by=user)
        return _("The picture is back."), ""

    return _act(request, pk, act)
