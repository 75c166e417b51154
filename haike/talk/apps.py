"""The room of tags, stars, comments and notices, which serves the main records of every other room."""

from importlib import import_module

from django.apps import AppConfig


class TalkConfig(AppConfig):
    name = "haike.talk"
    label = "talk"

    def ready(self) -> None:
        import_module("haike.talk.module")
        # Entities are known only once the models of all rooms are loaded.
        import_module("haike.talk.serve").serve_all()
        import_module("haike.talk.proof")
        import_module("haike.talk.notice.exports")
        import_module("haike.talk.notice.alarms")
