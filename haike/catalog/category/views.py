"""The product tree as a page to arrange it: move and merge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.catalog.access.held import tree
from haike.catalog.category.merge import merge
from haike.catalog.category.record import ProductCategory
from haike.catalog.product.record import Product
from haike.kernel.entity import Entity, entity_of
from haike.people.looks import model_looks
from haike.people.pages import ask
from haike.people.typed import AllTyped
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import Typed


@dataclass
class Node:
    """A category with what lies below it; `products` counts those here and below."""

    category: ProductCategory
    below: list[Node] = field(default_factory=list)
    products: int = 0
    may_edit: bool = False

    @property
    def label(self) -> str:
        return self.category.name


def roots_for(user: Any) -> list[Node]:
    """The tree as far as the user sees it."""
    counted = Product.objects.visible_to(user).order_by().values_list("category").annotate(number=Count("pk"))
    numbers = dict(counted)
    visible = ProductCategory.objects.visible_to
    seen, edited = (set(visible(user, act).values_list("pk", flat=True)) for act in ("view", "edit"))
    nodes: dict[int, Node] = {}
    roots: list[Node] = []
    for category in tree().categories:
        if category.pk not in seen:
            continue
        number, editable = numbers.get(category.pk, 0), category.pk in edited
        node = nodes[category.pk] = Node(category, products=number, may_edit=editable)
        above = nodes.get(category.parent_id or 0)
        (above.below if above else roots).append(node)
    for node in reversed(nodes.values()):
        node.products += sum(each.products for each in node.below)
    return roots


def tree_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The tree as a page; stands in the place of the list."""
    user = cast(Any, request.user)
    context = {
        "roots": roots_for(user),
        "may_create": entity.policy.may(user, "create"),
        "may_edit": entity.policy.may(user, "edit"),
    }
    template = "catalog/categories.html#tree" if getattr(request, "htmx", False) else "catalog/categories.html"
    return render(request, template, {"page": context, "entity": entity})


def move_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a category with everything below it under another one; by a drag or by this form."""
    entity, user = entity_of(ProductCategory), cast(Any, request.user)
    category = find_record(entity, user, pk, action="edit")
    look = model_looks(ProductCategory, "parent")["parent"]
    look.label, look.help = _("Put it under"), _("Leave it empty to put it at the top.")

    def act(typed: Typed) -> HttpResponse:
        entity.change(category, by=user, parent=typed.values.get("parent"))
        said = _("“%(name)s” and everything below it has moved.") % {"name": category}
        return done(request, said, entity.url)

    if request.method == "POST" and request.headers.get("X-Drag"):
        # A drag has no form beside whose field a sentence could stand.
        typed = AllTyped({"parent": look}, user)
        typed.read(request.POST)
        if not typed.parse():
            raise Http404
        try:
            return act(typed)
        except Refused as no:
            return refused_page(request, no)
    title = _("Move: %(name)s") % {"name": category}
    start = {"parent": category.parent}
    return ask(request, {"parent": look}, act, title=title, back_url=entity.url, button=_("Move"), start=start)


def merge_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Put all products and categories of one category into another."""
    entity, user = entity_of(ProductCategory), cast(Any, request.user)
    category = find_record(entity, user, pk, action="edit")
    look = model_looks(ProductCategory, "parent")["parent"]
    look.name, look.label, look.required = "into", _("Merge into"), True
    look.help = _("It gets all products and categories of this one, which goes into the recycle bin.")

    def act(typed: Typed) -> HttpResponse:
        into = typed.values["into"]
        batch = merge(category, into, by=user)
        said = _("“%(name)s” has been merged into “%(into)s”.") % {"name": category, "into": into}
        return done(request, said, f"/batches/{batch.pk}/", go=True)

    title = _("Merge: %(name)s") % {"name": category}
    return ask(request, {"into": look}, act, title=title, back_url=entity.url, button=_("Merge"))
