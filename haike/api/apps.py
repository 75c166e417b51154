"""The REST API as a Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens and the API derived from the entities."""

    name = "haike.api"
    label = "api"
