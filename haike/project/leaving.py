"""What becomes of a person's places in project teams when he leaves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.handover.holding import hold
from haike.handover.rows import LinksHeld

hold(LinksHeld("project.Project", "team", _("Places in project teams"), icon="users-group", ends=True))
