from importlib import import_module

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "haike.catalog"
    label = "catalog"

    def ready(self) -> None:
        import_module("haike.catalog.module")
        import_module("haike.catalog.proof")
        import_module("haike.catalog.paper.proof")
        # Which documents there are is known only once the models of all rooms are loaded.
        import_module("haike.catalog.paper.kinds").add_sent()
