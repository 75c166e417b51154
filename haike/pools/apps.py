from importlib import import_module

from django.apps import AppConfig


class PoolsConfig(AppConfig):
    name = "haike.pools"
    label = "pools"

    def ready(self) -> None:
        # The entities that opted in are known once the models of all rooms are loaded.
        import_module("haike.pools.serve").serve_all()
        import_module("haike.pools.proof")
