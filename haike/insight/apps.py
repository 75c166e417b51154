from importlib import import_module

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "haike.insight"
    label = "insight"

    def ready(self) -> None:
        import_module("haike.insight.door")
        import_module("haike.insight.proof")
