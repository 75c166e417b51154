from importlib import import_module

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "haike.papers"
    label = "papers"

    def ready(self) -> None:
        import_module("haike.papers.module")
        import_module("haike.papers.told")
        import_module("haike.papers.digest.channel")
        import_module("haike.papers.digest.work")
        import_module("haike.papers.digest.proof")
