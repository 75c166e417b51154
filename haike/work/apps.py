from importlib import import_module

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "haike.work"
    label = "work"

    def ready(self) -> None:
        import_module("haike.work.proof")
        import_module("haike.work.follow_up.evidence")
        import_module("haike.work.leaving")
