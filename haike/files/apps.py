"""The room of attachments, which serves every entity."""

from importlib import import_module

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "haike.files"
    label = "files"

    def ready(self) -> None:
        # Entities are known only once the models of all rooms are loaded.
        import_module("haike.files.serve").serve_all()
        import_module("haike.files.proof")
        import_module("haike.files.own_file.look").add_kinds()
        import_module("haike.kernel.change").FOLLOWERS.append(
            import_module("haike.files.own_file.actions").take_uploads
        )
