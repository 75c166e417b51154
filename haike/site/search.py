"""Find anything: every entity by words, pages, and things to start, as one types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.chinese.pinyin import full_pinyin, initials
from haike.kernel.entity import entities, entity_named
from haike.kernel.preference import recent_visits
from haike.screens.module import is_off
from haike.screens.picker import hint, pick
from haike.screens.table import inside
from haike.site.frame import Frame, Item, menu_items

IN_PALETTE, ON_PAGE = 5, 20


@dataclass(frozen=True)
class Found:
    """A line of the palette."""

    label: str
    url: str
    icon: str
    hint: str = ""
    drawer: bool = False


@dataclass
class Group:
    """Lines under a heading."""

    label: Any
    items: list[Found] = field(default_factory=list)


@dataclass
class Palette:
    """Everything `kernel/palette.html` shows."""

    q: str
    groups: list[Group]

    @property
    def found(self) -> bool:
        """Whether there is any line."""
        return any(group.items for group in self.groups)


def look_up(request: HttpRequest, words: str, most: int) -> Palette:
    """Records by entity, then pages and acts whose name has the words."""
    user = cast(Any, request.user)
    groups: list[Group] = []
    menu = menu_items(user, "")
    if words:
        places = {item.url: place for place, item in enumerate(menu)}
        # In the order of the menu, so customers stand before what hangs on them.
        for entity in sorted(entities(), key=lambda one: places.get(one.url, len(places))):
            if entity.search and entity.policy.may(user, "view"):
                records = pick(entity, user, words, most)
                groups.append(
                    Group(
                        entity.label_plural,
                        [Found(str(r), entity.url_of(r), entity.icon, hint(entity, user, r)) for r in records],
                    )
                )
    elif not getattr(request, "seeing", None):
        groups.append(Group(_("Recently opened"), _recent(user, most)))
    frame = Frame(request)
    groups.append(Group(_("Go to"), _pages(menu, words)))
    makers = [
        Found(str(_("New %(name)s") % {"name": inside(i.label)}), i.url, i.icon, drawer=True) for i in frame.create
    ]
    groups.append(Group(_("Create"), [maker for maker in makers if _named(maker.label, words)]))
    return Palette(words, groups)


def _recent(user: Any, most: int) -> list[Found]:
    found = []
    for visit in recent_visits(user)[:most]:
        entity = entity_named(visit.entity)
        if entity is not None and not is_off(entity.label):
            found.append(Found(visit.title, f"{entity.url}{visit.record_id}/", entity.icon, str(entity.name)))
    return found


def _pages(items: list[Item], words: str) -> list[Found]:
    return [Found(str(item.label), item.url, item.icon) for item in items if _named(str(item.label), words)]


def _named(label: str, words: str) -> bool:
    wanted = words.lower().replace(" ", "")
    return wanted in label.lower() or wanted in initials(label).lower() or wanted in full_pinyin(label).replace(" ", "")


def palette_view(request: HttpRequest) -> HttpResponse:
    """The lines of the palette for what is typed so far."""
    words = request.GET.get("q", "").strip()[:100]
    return render(request, "kernel/palette.html", {"palette": look_up(request, words, IN_PALETTE)})


def search_view(request: HttpRequest) -> HttpResponse:
    """The same as a page, without scripts."""
    words = request.GET.get("q", "").strip()[:100]
    return render(request, "kernel/search.html", {"palette": look_up(request, words, ON_PAGE)})
