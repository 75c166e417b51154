"""The room of selling."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from haike.company import holds


def seed(sender: Any, using: str, **facts: Any) -> None:
    """Give a new company its pipeline, and contracts to begin with."""
    if holds(using, sender.get_model("Pipeline"), sender.get_model("Stage")):
        import_module("haike.sales.opportunity.usual").seed()
    if holds(using, sender.get_model("ContractTemplate")):
        import_module("haike.sales.contract.text.usual").seed()


class SalesConfig(AppConfig):
    name = "haike.sales"
    label = "sales"

    def ready(self) -> None:
        import_module("haike.sales.module")
        import_module("haike.sales.proof")
        import_module("haike.sales.lead.leaving")
        import_module("haike.sales.quote.outside")
        import_module("haike.sales.shipment.told")
        post_migrate.connect(seed, sender=self, dispatch_uid="haike.sales")
