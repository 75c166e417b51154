from importlib import import_module

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "haike.handover"
    label = "handover"

    def ready(self) -> None:
        import_module("haike.handover.records")
        import_module("haike.handover.own")
        import_module("haike.handover.back")
        import_module("haike.handover.keeper.pass_on")
        import_module("haike.handover.proof")
