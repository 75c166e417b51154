"""Spreadsheets, read and written, as a Django app so that its messages are found."""

from django.apps import AppConfig


class SheetsConfig(AppConfig):
    """Has no tables."""

    name = "haike.sheets"
    label = "sheets"
