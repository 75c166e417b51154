"""The category of a product: shown and found by its path, with all that lies below it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.access.held import tree
from haike.catalog.category.paths import names_of
from haike.catalog.category.record import ProductCategory
from haike.digits import whole
from haike.kernel.entity import entity_of
from haike.kernel.escape import escape
from haike.kernel.log import Batch
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Raw, many
from haike.kernel.look.reference import ReferenceLook
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import clean_text


class CategoryLook(ReferenceLook):
    """A link to a category; in sheets a path whose missing categories are made by who may make some."""

    operators = {"one_of": _("is in, or below"), "none_of": _("is not in, nor below"), **EMPTY_OPERATORS}

    def text(self, value: Any) -> str:
        return "" if value is None else tree().names.get(value.pk) or getattr(value, "wanted", "") or str(value)

    def cell(self, value: Any) -> str:
        if value is None:
            return NOTHING
        return f'<a href="{self.url(value.pk)}" title="{escape(self.text(value))}">{escape(str(value))}</a>'

    def chosen(self, raw: Raw) -> dict[str, str]:
        names = tree().names
        keys = [key for key in map(whole, many(raw)) if key is not None]
        return {str(key): names[key] for key in keys if key in names}

    def from_sheet(self, value: Any, by: Actor) -> Any:
        text = clean_text("" if value is None else str(value))
        if not text:
            return self.empty_value()
        names = names_of(text)
        wanted = "/".join(names)
        found = [key for key, path in tree().names.items() if path == wanted]
        if found:
            return self.pick_one(str(found[0]), by)
        if len(names) < 2:
            try:
                return self.pick_one(text, by)
            except Refused:
                if self.choosable(by).filter(name=text).exists():
                    raise
        if not names or not entity_of(ProductCategory).policy.may(by, "create"):
            raise Refused(_("There is no product category “%(path)s”.") % {"path": wanted[:80]})
        for name in names:
            check_name(name)
        planned = ProductCategory(name=names[-1])
        planned.wanted = wanted  # type: ignore[attr-defined]
        return planned

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return super().condition(operator, value, by)
        keys = [key for key in map(whole, many(value)) if key is not None]
        if not keys:
            raise Refused(_("Choose a value for: %(label)s.") % {"label": self.label})
        self.demand_seen(keys, by)
        found = Q(**{f"{self.column}__in": sorted(tree().below(keys))})
        return found if operator == "one_of" else ~found


def check_name(name: str) -> None:
    """Refuse what is too long for the name of a category."""
    most = ProductCategory._meta.get_field("name").max_length or 0
    if len(name) > most:
        raise Refused(_("At most %(most)s characters, you have %(have)s.") % {"most": most, "have": len(name)})


def made_of(planned: ProductCategory, *, by: Actor, batch: Batch | None) -> ProductCategory:
    """The category that a sheet named by its path; what of the path is missing is made."""
    if not planned._state.adding:
        return planned
    rows: Any = ProductCategory.objects.live()
    at: ProductCategory | None = None
    for name in names_of(getattr(planned, "wanted", planned.name)):
        below = rows.filter(parent=at, name=name).first()
        at = below or entity_of(ProductCategory).create(by=by, batch=batch, name=name, parent=at)
    return at or planned
