"""All addresses of the REST API: those of every entity, and what the rooms have in `haike/<room>/api.py` besides.

The shapes of all entities together take two seconds and fifty megabytes, so those of an entity are worked out with the
first request for one of its addresses, and all of them only while the API is described.
"""

from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any, cast

import orjson
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, path
from django.urls.resolvers import RoutePattern
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from ninja.openapi.views import openapi_view

from haike.api.surface import OwnFieldsApi, Part, api, router_for
from haike.kernel.entity import Entity, entities
from haike.kernel.versioned import EVERYTHING, Versioned


def room_routers() -> list[Any]:
    """What the rooms have beside their entities."""
    named = [app.name for app in apps.get_app_configs() if app.name.startswith("haike.")]
    return [import_module(f"{name}.api").router for name in named if find_spec(f"{name}.api")]


class Addresses:
    """The addresses of one entity, worked out when somebody asks for one of them."""

    def __init__(self, entity: Entity) -> None:
        self.entity, self.lock = entity, Lock()

    @cached_property
    def urlpatterns(self) -> list[Any]:
        """As a module of addresses has them."""
        with self.lock:
            part = Part(openapi_url=None)
            part.add_router("", router_for(self.entity))
            return part.urls[0]


class Unnamed(URLResolver):
    """Addresses that nobody builds from their names: Django would look into each for any name of the whole site."""

    def _populate(self) -> None:
        kept: Any = self
        language = get_language()
        kept._reverse_dict[language], kept._namespace_dict[language] = MultiValueDict(), {}
        kept._app_dict[language], kept._populated = {}, True


def describe() -> dict[str, Any]:
    """The description of all endpoints; what it was made of is let go."""
    whole = OwnFieldsApi()
    for entity in entities():
        whole.add_router(f"/{entity.slug}", router_for(entity))
    for router in room_routers():
        whole.add_router("", router)
    found: dict[str, Any] = whole.get_openapi_schema()
    return found


_described: Versioned[dict[str | None, bytes]] = Versioned(EVERYTHING, dict)


def description_view(request: HttpRequest) -> HttpResponse:
    """The description in the reader's language."""
    kept, language = _described(), get_language()
    if language not in kept:
        kept[language] = orjson.dumps(describe(), default=str, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(kept[language], content_type="application/json")


for router in room_routers():
    api.add_router("", router)

urlpatterns = [
    path("openapi.json", description_view, name="openapi-json"),
    path("docs", openapi_view, {"api": api}, name="openapi-view"),
    *(Unnamed(RoutePattern(f"{entity.slug}/"), cast(Any, Addresses(entity))) for entity in entities()),
    *(address for address in api.urls[0] if getattr(address, "name", "") not in ("openapi-json", "openapi-view")),
]
