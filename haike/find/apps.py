"""Finding records, as a Django app so that its messages are found."""

from django.apps import AppConfig


class FindConfig(AppConfig):
    """Has no tables of its own; the search index is made when the database is migrated."""

    name = "haike.find"
    label = "find"
