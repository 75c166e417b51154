"""The kernel as a Django app: what happens at start and after a migration."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.core.checks import register
from django.db import connections
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    """Loads the checks of the declarations and prepares a freshly migrated database."""

    name = "haike.kernel"
    label = "kernel"

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        checks = import_module("haike.kernel.checks")
        seeds = import_module("haike.kernel.seeds")
        register(checks.check_entities)

        def prepare(sender: Any, using: str, **_: Any) -> None:
            seeds.prepare(connections[using])

        post_migrate.connect(prepare, sender=self, weak=False, dispatch_uid="haike.kernel.seeds")
