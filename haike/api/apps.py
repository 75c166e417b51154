"""The REST API and webhooks as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens, the API derived from the entities, and webhooks, which hear every change."""

    name = "haike.api"
    label = "api"

    def ready(self) -> None:
        # The change log is a model, and models are there only now.
        import_module("haike.api.webhook.outbox").listen()
