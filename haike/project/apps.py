from importlib import import_module

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "haike.project"
    label = "project"

    def ready(self) -> None:
        import_module("haike.project.module")
        import_module("haike.project.proof")
        import_module("haike.project.leaving")
