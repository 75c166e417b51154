"""The room of duplicates, which serves the records that opted in."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DedupeConfig(AppConfig):
    name = "haike.dedupe"
    label = "dedupe"

    def ready(self) -> None:
        # Identities are known only once the models of all rooms are loaded.
        serve = import_module("haike.dedupe.serve")
        serve.serve_all()
        import_module("haike.dedupe.claim.leaving")

        def fill(sender: Any, using: str, **_: Any) -> None:
            serve.fill_index(using)

        post_migrate.connect(fill, sender=self, weak=False, dispatch_uid="haike.dedupe")
