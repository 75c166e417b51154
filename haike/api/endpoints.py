"""All addresses of the REST API: those of every entity, and what the rooms have in `haike/<room>/api.py` besides.

Imported with the first request for one of them: working out the shapes of all entities takes half a second, which
only a program's first question waits for and no start.
"""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from haike.api.surface import api, router_for
from haike.kernel.entity import entities

for entity in entities():
    api.add_router(f"/{entity.slug}", router_for(entity))
for app in apps.get_app_configs():
    if app.name.startswith("haike.") and find_spec(f"{app.name}.api"):
        api.add_router("", import_module(f"{app.name}.api").router)

urlpatterns = api.urls[0]
