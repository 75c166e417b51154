"""Bulk acts as a Django app."""

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """Acts on many records of any entity, as batches that can be undone."""

    name = "haike.bulk"
    label = "bulk"
    default_auto_field = "django.db.models.BigAutoField"
