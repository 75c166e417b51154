"""The screens of every entity, as a Django app."""

from django.apps import AppConfig


class ScreensConfig(AppConfig):
    """Has no tables."""

    name = "haike.screens"
    label = "screens"
