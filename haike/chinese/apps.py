"""Chinese names, numbers and dates, as a Django app so that its messages are found."""

from django.apps import AppConfig


class ChineseConfig(AppConfig):
    """Has no tables."""

    name = "haike.chinese"
    label = "chinese"
