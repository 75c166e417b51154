from importlib import import_module

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "haike.segments"
    label = "segments"

    def ready(self) -> None:
        # The entities that opted in are known once the models of all rooms are loaded.
        import_module("haike.segments.serve").serve_all()
        import_module("haike.segments.proof")
