from importlib import import_module

from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "haike.money"
    label = "money"

    def ready(self) -> None:
        import_module("haike.money.module")
        import_module("haike.money.plan.fit")
        import_module("haike.money.proof")
