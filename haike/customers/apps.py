from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from haike.company import holds


def seed(sender: Any, using: str, **facts: Any) -> None:
    """Give a new company its price classes."""
    classes = sender.get_model("PriceClass")
    if holds(using, classes):
        classes._haike_entity.seed()


class CustomersConfig(AppConfig):
    name = "haike.customers"
    label = "customers"

    def ready(self) -> None:
        import_module("haike.customers.proof")
        import_module("haike.customers.evidence")
        import_module("haike.customers.review.risk")
        post_migrate.connect(seed, sender=self)
