"""What stands around every page: menu, things to create, open records, help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haike.customers.models import Customer
from haike.kernel.entity import Entity, entities, entity_named, entity_of
from haike.kernel.preference import open_visits
from haike.people.alarm.kinds import open_alarms
from haike.people.company.profile import company
from haike.pools.tabs import menu_lists
from haike.sales.models import CallNote
from haike.screens.kept import kept_for
from haike.screens.module import entities_on, is_off, reachable
from haike.site.guide import sample_present
from haike.site.help_pages import chapter_about
from haike.site.menu import may_administer, menu_order, simple_menu
from haike.site.watermark import watermark
from haike.talk.notice.choice import choice_of
from haike.talk.notice.feed import bell_text
from haike.talk.notice.record import unread

OPEN_TABS = 12
SETTINGS = "/settings/"


@dataclass(frozen=True)
class Item:
    """A link of the frame, in the reader's language, so that links can be compared."""

    label: str
    url: str
    icon: str
    active: bool = False
    group: str = ""
    count: int = 0


@dataclass(frozen=True)
class Bell:
    """The bell of the frame: `last` is the newest notice the page knows, `news_url` tells what came since,
    `stream_url` tells it as it comes."""

    url: str
    text: str
    last: int
    news_url: str
    stream_url: str
    sound: bool


class Frame:
    """Read by kernel/frame.html; each part is computed when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = getattr(request, "user", None)
        self.language = "en" if (get_language() or "").startswith("en") else "zh-hans"

    @property
    def signed_in(self) -> bool:
        """Whether there is a user."""
        return bool(self.user is not None and self.user.is_authenticated)

    @property
    def seeing(self) -> Any:
        """The colleague as whom the user sees at the moment, or None."""
        return getattr(self.request, "seeing", None)

    @property
    def me(self) -> Any:
        """The user, or None for visitors."""
        return self.user if self.signed_in else None

    @property
    def scheme(self) -> str:
        """Accent colour."""
        return self.user.scheme if self.signed_in else "blue"

    @property
    def theme(self) -> str:
        """Light, dark or auto."""
        return self.user.theme if self.signed_in else "auto"

    @property
    def company(self) -> Any:
        """The company's profile."""
        return company()

    @property
    def menu(self) -> tuple[Item, ...]:
        """The rooms that the user may enter, in the order that the company chose; few or all, as he chose."""
        if not self.signed_in:
            return ()
        few, small = self._few, self.user.menu == "simple"
        # Where one is stands in the menu, however one came there.
        return tuple(item for item in self.rooms if not small or item.url in few or item.url == SETTINGS or item.active)

    @cached_property
    def _few(self) -> frozenset[str]:
        """The addresses of the menu of few functions: a cashier's are others than a seller's."""
        return simple_menu() | kept_for(self.user, "own rooms", partial(_own_rooms, self.user))

    @cached_property
    def rooms(self) -> list[Item]:
        """All rooms that the user may enter."""
        return menu_items(self.user, self.request.get_full_path())

    @property
    def other_menu(self) -> str:
        """The menu that he may change to; none where it would be the same."""
        if not self.signed_in:
            return ""
        few = self._few | {SETTINGS}
        if all(item.url in few for item in self.rooms):
            return ""
        return "full" if self.user.menu == "simple" else "simple"

    @property
    def create(self) -> tuple[Item, ...]:
        """What the user may make from anywhere."""
        return kept_for(self.user, "create menu", partial(create_items, self.user)) if self.signed_in else ()

    @property
    def note(self) -> Item | None:
        """The quick call note, for those who may write one."""
        entity = entity_of(CallNote)
        if not self.signed_in or is_off(entity.label) or not entity.policy.may(self.user, "create"):
            return None
        return Item(str(_("Quick call note")), f"{entity.url}new", entity.icon)

    @property
    def bell(self) -> Bell | None:
        """The bell with the number of unread notices; None for visitors."""
        # Notices are their reader's own: whoever sees as a colleague has no bell.
        if not self.signed_in or self.seeing is not None:
            return None
        count, last = unread(self.user)
        sound = choice_of(self.user).sound
        return Bell("/notices/", bell_text(count), last, "/notices/news", "/notices/stream", sound)

    @property
    def bottom(self) -> tuple[Item, ...]:
        """The bar of the phone."""
        if not self.signed_in:
            return ()
        path = self.request.path
        wanted = [("/today/", _("Today"), "calendar-check"), ("/customers/", _("Customers"), "building")]
        wanted += [("/follow-ups/", _("Follow-ups"), "message-2"), ("/account/", _("Me"), "user")]
        return tuple(Item(str(label), url, icon, path.startswith(url)) for url, label, icon in wanted)

    @property
    def tabs(self) -> list[Item]:
        """The records that are open, in the order of their opening."""
        if not self.signed_in or self.seeing is not None:
            return []
        visits = sorted(open_visits(self.user, OPEN_TABS), key=lambda visit: visit.pk)
        found = []
        for visit in visits:
            entity = entity_named(visit.entity)
            if entity is not None and not is_off(entity.label):
                url = f"{entity.url}{visit.record_id}/"
                found.append(Item(visit.title, url, entity.icon, self.request.path == url))
        return found

    @property
    def help_url(self) -> str:
        """The chapter about this page."""
        first = self.request.path.strip("/").partition("/")[0]
        entity = entity_named(first) if first else None
        page = chapter_about(self.request.path, (entity.help_page or entity.slug) if entity else "")
        return f"/help/{page}/" if page else "/help/"

    @property
    def watermark(self) -> str:
        """What is repeated faintly over the page."""
        return watermark(self.request, self.me)

    @property
    def demo(self) -> bool:
        """Whether the sample company is still in and the user may remove it."""
        return self.signed_in and self.user.grants.may_do("settings") and sample_present()


def create_items(user: Any) -> tuple[Item, ...]:
    """What a user may make from anywhere."""
    return tuple(
        Item(str(entity.name), f"{entity.url}new{'?quick=1' if entity.quick else ''}", entity.icon)
        for entity in entities_on()
        if entity.creatable and entity.in_create_menu and entity.policy.may(user, "create")
    )


def menu_items(user: Any, path: str) -> list[Item]:
    """All rooms of the menu for a user; `path` is the address of the page, with its query."""
    rooms = kept_for(user, "menu", partial(_rooms, user))
    in_list = {url for url in rooms.lists if path == url or path.startswith((f"{url}-", f"{url}&"))}

    def active(url: str) -> bool:
        if url in rooms.lists:
            return url in in_list
        # In a list of its own one is not in the room of its records.
        return path.startswith(url) and not (in_list and url in rooms.entities)

    return [replace(item, active=True) if active(item.url) else item for item in rooms.items]


@dataclass(frozen=True)
class _Rooms:
    """The menu of a user wherever he is, and which of its addresses are lists of their own, which rooms of records."""

    items: list[Item]
    lists: frozenset[str]
    entities: frozenset[str]


def _rooms(user: Any) -> _Rooms:
    lists = [Item(label, url, symbol) for label, url, symbol in menu_lists(user)]
    records = [
        Item(str(entity.label_plural), entity.url, entity.icon, group=_group(entity))
        for entity in entities()
        if entity.in_menu and entity.policy.may(user, "view")
    ]
    found = [
        Item(str(_("Today")), "/today/", "calendar-check"),
        *lists,
        *records,
        Item(str(_("Claim cases")), "/claims/", "gavel"),
        Item(str(_("Attachments")), "/attachments/", "paperclip"),
    ]
    if may_administer(user):
        waiting = open_alarms(user)
        found.append(Item(str(_("Settings")), SETTINGS, "settings", group=str(_("Management")), count=waiting))
    order = {url: place for place, url in enumerate(menu_order())}
    found = reachable(found, lambda item: item.url)
    found.sort(key=lambda item: (bool(item.group), order.get(item.url, 1000)))
    return _Rooms(found, frozenset(item.url for item in lists), frozenset(item.url for item in records))


def _own_rooms(user: Any) -> frozenset[str]:
    """Who makes no customers, as a cashier, has in the menu of few functions what else he makes."""
    if entity_of(Customer).policy.may(user, "create"):
        return frozenset()
    return frozenset(each.url for each in entities() if each.policy.may(user, "create"))


def _group(entity: Entity) -> str:
    return str(_("Management")) if entity.label.startswith("people.") else ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"frame": Frame(request)}
