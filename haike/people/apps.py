"""The room of people: company, departments, users, roles, sign-in."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db import connections, router
from django.db.models.signals import post_migrate


def seed(sender: Any, using: str, **facts: Any) -> None:
    """Give a new company its roles."""
    role = sender.get_model("Role")
    # The common schema of a hosted service has no company and so no roles.
    if not router.allow_migrate_model(using, role):
        return
    if role._meta.db_table in connections[using].introspection.table_names():
        role._haike_entity.seed()


def note_login(sender: Any, user: Any, **facts: Any) -> None:
    """Django tells that somebody signed in."""
    user.note_login()


class PeopleConfig(AppConfig):
    name = "haike.people"
    label = "people"

    def ready(self) -> None:
        models: Any = self.models_module
        models.hold_links()
        post_migrate.connect(seed, sender=self)
        # Django's own receiver saves the user where the kernel's writer is closed.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(note_login, dispatch_uid="haike.people.note_login")
