"""Import and export as a Django app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Records in from sheets and out to sheets, for every entity."""

    name = "haike.exchange"
    label = "exchange"
