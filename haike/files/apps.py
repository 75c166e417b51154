"""The room of attachments, which serves every entity."""

from importlib import import_module

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "haike.files"
    label = "files"

    def ready(self) -> None:
        # Entities are known only once the models of all rooms are loaded.
        import_module("haike.files.serve").serve_all()
