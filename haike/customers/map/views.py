"""The map of customers: the page, its pins, who is near by, and the way of a day."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote, urlencode

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from haike.customers.customer.record import Customer
from haike.customers.customer.screen import map_url
from haike.customers.map.pins import BY, Box, draw, extent, may_see_places, nearest, place_of
from haike.customers.map.route import Place, distance, short_way
from haike.customers.map.tiles import origins, tiles
from haike.digits import whole
from haike.kernel.entity import Entity, entity_of
from haike.kernel.selection import Selection
from haike.refused import Refused
from haike.screens.door import find_record
from haike.screens.table import cell_of

MOST_STOPS = 30
FACTS = ("stage", "owner", "mobile", "phone", "region", "address")
STATE = ("tab", "q", "f", "in", "by")
TODAY = "visit_today"


def _door(request: HttpRequest) -> tuple[Any, Entity]:
    user = cast(Any, request.user)
    if not may_see_places(user):
        raise Http404
    return user, entity_of(Customer)


def _numbers(text: str, count: int) -> list[float] | None:
    """So many numbers between commas, None for anything else."""
    try:
        found = [float(part) for part in text[:100].split(",")]
    except ValueError:
        return None
    return found if len(found) == count and all(-180 <= number <= 180 for number in found) else None


def _place(text: str) -> Place | None:
    found = _numbers(text, 2)
    return (found[0], found[1]) if found and abs(found[1]) <= 90 else None


def _colour_by(request: HttpRequest, user: Any, entity: Entity) -> str:
    by = request.GET.get("by", "")
    able = [name for name in BY if entity.right(user, name) in ("read", "edit")]
    return by if by in able else next(iter(able), "")


def map_view(request: HttpRequest) -> HttpResponse:
    """The page: categories, search and colours above, pins in the middle, near-by customers or the day's way beside."""
    user, entity = _door(request)
    pictures = tiles()
    try:
        selection = Selection.from_query(entity, user, request.GET.dict())
    except Refused:
        selection = Selection(entity, user, sort=entity.sort)
    state = {name: request.GET[name] for name in STATE if request.GET.get(name)}
    by = _colour_by(request, user, entity)
    page = {
        "tabs": [(key, category.label) for key, category in entity.categories_for(user).items()],
        "tab": selection.tab,
        "q": selection.words,
        "filter": selection.filter.text(),
        "chips": [part.say() for part in selection.filter.lines()],
        "by": by,
        "colours": [(name, entity.looks[name].label) for name in BY if entity.right(user, name) in ("read", "edit")],
        "pictures": pictures,
        "may_set": user.grants.may_do("settings"),
        "pins_url": f"{reverse('customers:pins')}?{urlencode({**state, 'by': by})}",
        "near_url": f"{reverse('customers:near')}?{urlencode(state)}",
        "route_url": reverse("customers:route"),
        "list_url": f"{entity.url}?{urlencode(state)}",
        "extent": extent(selection),
    }
    answer = render(request, "customers/map.html", {"map": page})
    if allowed := origins(pictures):
        return cast(HttpResponse, csp_update({"img-src": allowed})(lambda __: answer)(request))
    return answer


def pins_view(request: HttpRequest) -> HttpResponse:
    """What lies within `box` (west, south, east, north) at `zoom`, as JSON."""
    user, entity = _door(request)
    box = _numbers(request.GET.get("box", ""), 4)
    zoom = whole(request.GET.get("zoom", ""))
    if box is None or zoom is None or zoom > 22:
        raise Http404
    try:
        selection = Selection.from_query(entity, user, request.GET.dict())
        return JsonResponse(draw(selection, Box(*box), zoom, _colour_by(request, user, entity)))
    except Refused as no:
        return JsonResponse({"message": str(no)}, status=422)


def pin_view(request: HttpRequest, pk: int) -> HttpResponse:
    """What a pin says when it is touched."""
    user, entity = _door(request)
    customer = find_record(entity, user, pk, joins=["owner"])
    looks = {name: entity.looks[name] for name in FACTS if entity.right(user, name) != "hidden"}
    facts = [
        (look.label, cell_of(entity, user, name, look, customer))
        for name, look in looks.items()
        if not look.blank(look.get(customer))
    ]
    return render(request, "customers/pin.html", {"customer": customer, "facts": facts, "map_url": map_url(customer)})


def near_view(request: HttpRequest) -> HttpResponse:
    """The customers nearest to `at`, with the distance to each."""
    user, entity = _door(request)
    place = _place(request.GET.get("at", ""))
    if place is None:
        raise Http404
    try:
        selection = Selection.from_query(entity, user, request.GET.dict())
    except Refused:
        selection = Selection(entity, user, sort=entity.sort)
    rows = [{"customer": row, "far": _far(far), "place": place_of(row)} for far, row in nearest(selection, place)]
    return render(request, "customers/near.html", {"rows": rows})


def route_view(request: HttpRequest) -> HttpResponse:
    """The way through the customers `ids` (or those to be visited today), from `from` if it is told."""
    user, entity = _door(request)
    start = _place(request.GET.get("from", ""))
    if request.GET.get("today"):
        ids = list(Selection(entity, user, tab=TODAY, sort=entity.sort).find.page(MOST_STOPS).ids)
    else:
        ids = [pk for part in request.GET.get("ids", "")[:1000].split(",") if (pk := whole(part)) is not None]
    kept = list(dict.fromkeys(ids))[:MOST_STOPS]
    rows = Selection(entity, user).rows(kept, ["name", "address", "region", "longitude", "latitude"])
    placed = [row for row in rows if row.longitude is not None]
    placed = [row for row in placed if entity.policy.right_to(user, "longitude", row) in ("read", "edit")]
    order = short_way([place_of(row) for row in placed], start)
    stops: list[dict[str, Any]] = []
    here, whole_way = start, 0.0
    for at in order:
        row = placed[at]
        leg = distance(here, place_of(row)) if here else 0.0
        whole_way += leg
        stops.append(
            {
                "customer": row,
                "far": _far(leg) if here else "",
                "place": place_of(row),
                "go_url": _go_url(here, row),
            }
        )
        here = place_of(row)
    route = {
        "stops": stops,
        "ids": ",".join(str(stop["customer"].pk) for stop in stops),
        "far": _far(whole_way),
        "nowhere": [row for row in rows if row not in placed],
        "today": bool(request.GET.get("today")),
        "most": MOST_STOPS if len(dict.fromkeys(ids)) > MOST_STOPS else 0,
    }
    return render(request, "customers/route.html", {"route": route})


def _far(kilometres: float) -> str:
    if kilometres < 1:
        return str(_("%(metres)s m") % {"metres": int(round(kilometres * 1000, -1))})
    return str(_("%(kilometres)s km") % {"kilometres": f"{kilometres:.1f}"})


def _go_url(start: Place | None, customer: Customer) -> str:
    """Where a map leads there; on a phone it opens the map program."""
    east, north = place_of(customer)
    origin = f"from={start[0]:.6f},{start[1]:.6f}&" if start else ""
    return (
        f"https://uri.amap.com/navigation?{origin}to={east:.6f},{north:.6f},{quote(customer.name)}"
        "&mode=car&coordinate=gaode"
    )
