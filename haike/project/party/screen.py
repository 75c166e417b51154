"""How the parties of projects are shown and found."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.entity import Button, Entity, Section, entity_of
from haike.kernel.policy import Actor
from haike.project.party.record import Party
from haike.project.policy import WithinProject


class PartyEntity(Entity):
    """Parties are read on their project, on the customer, and in a list of their own."""

    model, policy_class = Party, WithinProject
    slug, icon, title = "project-parties", "affiliate", "customer__name"
    titled_by = ["customer"]
    columns = ["kind", "customer", "contact", "project", "remark", "created_at"]
    sections = [Section(_("Party of a project"), ["project", "kind", "customer", "contact", "remark"])]
    facts = ["project", "kind", "contact"]
    search = ["customer__name", "project__name"]
    synonyms = {
        "project": ("项目名称", "项目"),
        "kind": ("参与方类型", "角色", "类型"),
        "customer": ("单位名称", "参与单位", "公司"),
        "contact": ("联系人", "负责人"),
    }
    in_menu = in_create_menu = False
    help_page = "projects"

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        customers = entity_of(Customer)
        if not Customer.objects.visible_to(user).filter(pk=record.customer_id).exists():
            return []
        return [Button(_("Open the customer"), f"{customers.url}{record.customer_id}/", "building")]
