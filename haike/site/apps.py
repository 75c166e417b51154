from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "haike.site"
    label = "site"

    def ready(self) -> None:
        import_module("haike.site.checks")
        import_module("haike.site.daily")
        import_module("haike.site.numbering.series")
        import_module("haike.site.proof")
