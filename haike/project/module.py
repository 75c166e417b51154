"""Projects can be switched off."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

PROJECTS = declare_module(
    Module(
        "projects",
        _("Projects"),
        _("Projects with several parties, a team of their own, phases, schedule and expenses."),
        icon="building-community",
        code=("haike.project",),
        entities=(
            "project.project", "project.party", "project.milestone", "project.stakeholder", "project.expense",
        ),
        dictionaries=(
            "project_kind", "project_outcome", "project_party_kind",
        ),
    )
)  # fmt: skip
