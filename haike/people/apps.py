"""The room of people: company, departments, users, roles, sign-in."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate

from haike.company import holds


def seed(sender: Any, using: str, **facts: Any) -> None:
    """Give a new company its roles and tab schemes."""
    role, scheme = sender.get_model("Role"), sender.get_model("TabScheme")
    if holds(using, role):
        fresh = not role._base_manager.exists()
        role._haike_entity.seed()
        # A company that was there before has its roles as it wants them, so nothing is hidden from anybody unasked.
        if fresh and holds(using, scheme):
            scheme._haike_entity.seed()


def note_login(sender: Any, user: Any, **facts: Any) -> None:
    """Django tells that somebody signed in."""
    user.note_login()


class PeopleConfig(AppConfig):
    name = "haike.people"
    label = "people"

    def ready(self) -> None:
        models: Any = self.models_module
        models.hold_links()
        import_module("haike.people.proof.surfaces")
        import_module("haike.people.proof.made")
        import_module("haike.people.proof.acts")
        import_module("haike.people.reveal.budget")
        post_migrate.connect(seed, sender=self)
        # Django's own receiver saves the user where the kernel's writer is closed.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(note_login, dispatch_uid="haike.people.note_login")
