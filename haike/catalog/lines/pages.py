"""What the editor of lines asks while one types: products with their prices, pasted rows, earlier prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import orjson
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from haike.catalog.lines.asked import Asked, AskedLine, told
from haike.catalog.lines.history import past_prices, project_prices, range_of
from haike.catalog.lines.match import match_rows, read_quantity
from haike.catalog.lines.offers import Offers
from haike.catalog.lines.record import MOST_LINES
from haike.catalog.lines.sheet import FIELDS, read_file
from haike.catalog.lines.shelf import products_below, shelf
from haike.catalog.package.offer import package_lines
from haike.catalog.package.record import ProductPackage
from haike.catalog.price import sellable
from haike.catalog.product.record import Product
from haike.digits import whole
from haike.kernel.entity import entity_of
from haike.kernel.selection import Selection
from haike.refused import Refused
from haike.screens.picker import picture
from haike.sheets.values import clean_text

MOST_FOUND = 20


@require_GET
def products_view(request: HttpRequest) -> JsonResponse:
    """{"items": […]}: sellable products by any piece of name, model, number or pinyin, those of a category, or the
    one `product`."""
    user = cast(Any, request.user)
    asked = Asked(user, request.GET)
    if "product" in request.GET:
        key = whole(request.GET["product"])
        found = list(sellable(user).filter(pk=key)) if key is not None else []
        quantity = read_quantity(request.GET.get("quantity", "")) or Decimal(1)
        line = [AskedLine(each.pk, quantity, request.GET.get("unit", "")[:20]) for each in found]
    elif (category := whole(request.GET.get("category", ""))) is not None:
        found = products_below(user, category, request.GET.get("q", "").strip()[:100])
        line = [AskedLine(each.pk) for each in found]
    else:
        found = find_products(user, request.GET.get("q", "").strip()[:100])
        line = [AskedLine(each.pk) for each in found]
    offers = Offers(asked, {each.pk for each in found})
    entity = entity_of(Product)
    items = [{**told(each, offers, one), **picture(entity, user, each)} for each, one in zip(found, line, strict=True)]
    return JsonResponse({"items": items})


def find_products(user: Any, words: str) -> list[Any]:
    """Products that the user may put into a line, the best found first; without words the newest."""
    selection = Selection(entity_of(Product), user, words=words, sort=entity_of(Product).sort)
    # Stopped ones are found too and left out afterwards: half of the products are seldom stopped.
    rows = selection.rows(selection.find.page(2 * MOST_FOUND).ids, [])
    keys = [row.pk for row in rows]
    good = sellable(user).in_bulk(keys)
    return [good[key] for key in keys if key in good][:MOST_FOUND]


@require_POST
def match_view(request: HttpRequest) -> JsonResponse:
    """{"lines": […]} for rows pasted from a spreadsheet: name, model, number or bar code; quantity; price."""
    user = cast(Any, request.user)
    try:
        said = orjson.loads(request.body)
        rows = [[clean_text(str(cell)) for cell in row] for row in said["rows"]][:MOST_LINES]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Http404 from None
    return JsonResponse({"lines": match_rows(user, Asked(user, said), rows)})


@require_GET
def shelf_view(request: HttpRequest) -> JsonResponse:
    """{"categories": […], "packages": […], "create_url"}: what the editor offers beside the search."""
    return JsonResponse(shelf(cast(Any, request.user)))


@require_GET
def package_view(request: HttpRequest) -> JsonResponse:
    """{"lines": […]}: so many (`times`) of a package as lines of the document; 422 with a sentence if it cannot be."""
    user, key = cast(Any, request.user), whole(request.GET.get("package", ""))
    package = ProductPackage.objects.visible_to(user).filter(pk=key, on_sale=True).first()
    if package is None:
        raise Http404
    times = read_quantity(request.GET.get("times", "")) or Decimal(1)
    try:
        return JsonResponse({"lines": package_lines(package, Asked(user, request.GET), times=times, by=user)})
    except Refused as no:
        return JsonResponse({"message": str(no)}, status=422)


@require_POST
def file_view(request: HttpRequest) -> JsonResponse:
    """An Excel file as lines: {"titles", "fields", "choices", "rows"}; 422 with a sentence when it cannot be read."""
    user, upload = cast(Any, request.user), request.FILES.get("file")
    if upload is None:
        raise Http404
    fields = request.POST["fields"].split(",") if request.POST.get("fields") else None
    try:
        found = read_file(upload, Asked(user, request.POST), fields=fields, by=user)
    except Refused as no:
        return JsonResponse({"message": str(no)}, status=422)
    rows = [
        {"place": row.place, "cells": row.cells, "line": row.line, "fault": row.fault, "note": row.note}
        for row in found.rows
    ]
    choices = [[name, str(label)] for name, label in FIELDS.items()]
    return JsonResponse({"titles": found.titles, "fields": found.fields, "choices": choices, "rows": rows})


@require_GET
def history_view(request: HttpRequest) -> HttpResponse:
    """What a product was quoted and sold for; empty until the customer is chosen."""
    user = cast(Any, request.user)
    asked, key = Asked(user, request.GET), whole(request.GET.get("product", ""))
    if key is None or not Product.objects.visible_to(user).filter(pk=key).exists():
        raise Http404
    if asked.customer is None:
        return HttpResponse("")
    here, similar = past_prices(user, key, asked.customer)
    groups = [{"here": True, "label": _("Prices so far, this customer"), "rows": here}]
    groups += [{"here": False, "label": _("Similar customers"), "rows": similar}] if similar else []
    projects = project_prices(user, key, asked.customer)
    groups += [{"here": False, "label": _("Similar projects"), "rows": projects}] if projects else []
    context = {"history": groups, "range": range_of(key, asked.customer, asked.currency)}
    return render(request, "catalog/line_history.html", context)


urlpatterns = [
    path("lines/products", products_view, name="line_products"),
    path("lines/shelf", shelf_view, name="line_shelf"),
    path("lines/package", package_view, name="line_package"),
    path("lines/file", file_view, name="line_file"),
    path("lines/match", match_view, name="line_match"),
    path("lines/history", history_view, name="line_history"),
]
