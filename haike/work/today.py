"""Today: whom to contact, what was done, what is new and what others changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.customers.birthday import keys_of
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.remind import CONTACT_DUE
from haike.find.finder import Find
from haike.kernel.entity import entity_of
from haike.kernel.period import start_of, today
from haike.people.account.choices import cards_of, declare_cards
from haike.people.grants import organisation
from haike.pools.recycle import near
from haike.pools.rule import REASONS
from haike.screens.table import cell_of
from haike.talk.notice.page import Line, lines
from haike.talk.notice.record import Notice
from haike.work.follow_up.box import NEXT
from haike.work.follow_up.record import FollowUp, FollowUpComment
from haike.work.follow_up.tell import SAID

DUE_SIZE, SHORT_SIZE, PUSH_SIZE = 50, 20, 10
ME, GROUP = "me", "group"
REACH = ("mobile", "phone", "wechat")
HEARD = ("last_contact_at", "next_contact_at")
DUE_COLUMNS = [
    *(
        "name",
        "next_contact_at",
        "next_contact_what",
        "next_contact_manner",
        "version",
        "owner__name",
        "main_contact__name",
        *REACH,
    ),
    "main_contact__owner",
    *(f"main_contact__{name}" for name in REACH),
]
"""What a row shows: customers, contacts and users are wide, and there are fifty of them."""
DAY = timedelta(days=1)
CARDS = {
    "push": _("Today's push"),
    "recycling": _("Going back to the public sea"),
    "attention": _("Needs attention"),
    "done": _("Done today"),
    "birthdays": _("Birthdays"),
    "comments": _("Comments"),
    "new": _("New today"),
    "changed": _("Changed by others"),
}
"""What stands beside the list of those to contact; everybody chooses which of them and in which order."""
LISTED = (CONTACT_DUE.kind.key, SAID.key)
"""Kinds of notices of which the page has lists of its own."""
declare_cards(CARDS)


@dataclass(frozen=True)
class Item:
    """One line of a card that a room below puts on the page: what it is about, a remark, its day, and where it is
    done."""

    url: str
    title: str
    note: str = ""
    day: date | None = None
    act_url: str = ""


@dataclass(frozen=True)
class Card:
    """A card of a room below: `items` gives the lines for a reader, of what belongs to these owners."""

    key: str
    label: Any
    items: Callable[[Any, tuple[int, ...]], list[Item]]
    icon: str = ""
    act: Any = ""
    all_url: str = ""


ADDED: dict[str, Card] = {}


def add_card(card: Card) -> None:
    """Put a card on the page; everybody chooses it as he does the others."""
    ADDED[card.key] = card
    declare_cards({card.key: card.label})


SOON = timedelta(days=7)
"""How far ahead the page tells what goes back to a public sea."""


@dataclass(frozen=True)
class Due:
    """A customer to be contacted: a row with what was said last and ways to reach him."""

    customer: Customer
    when: str
    manner: SafeString
    reach: list[SafeString]


class TodayPage:
    """Everything `work/today.html` shows, of one person or of the whole group that the user sees."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = cast(Any, request.user)
        self.customers = entity_of(Customer)
        self.day = today()
        self.may_write = entity_of(FollowUp).policy.may(self.user, "create")

    # -- whose day -------------------------------------------------------------------------------------------------

    @cached_property
    def people(self) -> list[Any]:
        """The colleagues whose customers the user sees, himself included."""
        house, ids = organisation(), self.user.grants.owner_ids(self.customers.label, "view")
        seen = [house.users[pk] for pk in (house.users if ids is None else ids) if pk in house.users]
        return sorted((p for p in seen if p.is_active and p.deleted_at is None), key=lambda p: p.name_pinyin)

    @cached_property
    def who(self) -> str:
        """Whose day is shown: "me", "group" or the key of a colleague."""
        asked = self.request.GET.get("who", ME)
        known = {str(person.pk) for person in self.people}
        return asked if asked in known or (asked == GROUP and len(known) > 1) else ME

    @cached_property
    def owners(self) -> tuple[int, ...]:
        """The keys of those whose day is shown."""
        if self.who == GROUP:
            return tuple(person.pk for person in self.people)
        return (self.user.pk if self.who == ME else int(self.who),)

    def _mine(self, field: str) -> Q:
        return Q(**{f"{field}_id": self.owners[0]}) if len(self.owners) == 1 else Q(**{f"{field}_id__in": self.owners})

    # -- whom to contact -------------------------------------------------------------------------------------------

    @cached_property
    def _due(self) -> tuple[list[int], str]:
        where = self._mine("owner") & Q(next_contact_at__lt=start_of(self.day + 2 * DAY))
        find = Find(
            Customer, self.customers.policy.scope(self.user), where=where, sort=["next_contact_at"], state="active"
        )
        page = find.page(DUE_SIZE, after=self.request.GET.get("after") or None)
        return list(page.ids), page.after or ""

    @property
    def more(self) -> str:
        """Where the list goes on; empty at its end."""
        return self._due[1]

    @cached_property
    def due(self) -> list[tuple[Any, list[Due]]]:
        """Customers by urgency: overdue, today, tomorrow."""
        talks: Any = FollowUp.objects.live().filter(customer=OuterRef("pk")).order_by("-at", "-id")
        ids = self._due[0]
        rows = (
            Customer.objects.visible_to(self.user)
            .filter(pk__in=ids)
            .select_related("main_contact")
            .only(*DUE_COLUMNS)
            .annotate(last_talk=Subquery(talks.values("content")[:1]))
        )
        by_key = {row.pk: row for row in rows} if ids else {}
        groups: dict[str, list[Due]] = {"overdue": [], "today": [], "tomorrow": []}
        for key in ids:
            if key in by_key:
                groups[self._when(by_key[key].next_contact_at)].append(self._row(by_key[key]))
        labels = {"overdue": _("Overdue"), "today": _("Today"), "tomorrow": _("Tomorrow")}
        return [(labels[when], found) for when, found in groups.items() if found]

    def _when(self, at: datetime) -> str:
        if at < start_of(self.day):
            return "overdue"
        return "today" if at < start_of(self.day + DAY) else "tomorrow"

    def _row(self, customer: Customer) -> Due:
        contacts, contact = entity_of(Contact), customer.main_contact
        reach, numbers = [], set()
        for name in REACH:
            holder, entity = (contact, contacts) if contact and getattr(contact, name) else (customer, self.customers)
            number = getattr(holder, name)
            # A firm's telephone is often the mobile of its one contact: it stands there once.
            if number and number[-8:] not in numbers and entity.right(self.user, name) != "hidden":
                numbers.add(number[-8:])
                reach.append(cell_of(entity, self.user, name, entity.looks[name], holder))
        look, manner = self.customers.looks["next_contact_manner"], customer.next_contact_manner
        how = mark_safe(look.cell(manner)) if manner else mark_safe("")
        return Due(customer, self._when(cast(datetime, customer.next_contact_at)), how, reach[:2])

    @cached_property
    def manners(self) -> SafeString:
        """The options of the manner, made once for all rows."""
        options = entity_of(FollowUp).looks["manner"].options(new=True).items()  # type: ignore[attr-defined]
        return mark_safe("".join(f'<option value="{code}">{word}</option>' for code, word in options))

    @property
    def next_choices(self) -> Sequence[tuple[str, Any]]:
        """When to go on, without the choice of another day."""
        return [(key, label) for key, label in NEXT if key != "date"]

    # -- what was done and what is new -----------------------------------------------------------------------------

    @cached_property
    def cards(self) -> list[str]:
        """The cards that the user wants and that have something to tell, in his order."""
        found = [card for card in cards_of(self.user) if card in CARDS or card in ADDED]
        return [card for card in found if card == "done" or (self.added.get(card) or getattr(self, card, None))]

    @cached_property
    def added(self) -> dict[str, tuple[Card, list[Item]]]:
        """The cards of rooms below that the user wants and that have a line."""
        wanted = set(cards_of(self.user)) & ADDED.keys()
        found = {key: (card, card.items(self.user, self.owners)) for key, card in ADDED.items() if key in wanted}
        return {key: (card, items) for key, (card, items) in found.items() if items}

    @cached_property
    def push(self) -> list[Line]:
        """What the program has told the user today and he has not read: reminders, mentions, what was given to him."""
        if self.who != ME:
            return []
        rows = Notice.objects.filter(user_id=self.user.pk, read_at__isnull=True, at__gte=start_of(self.day))
        newest = list(rows.exclude(kind__in=LISTED).order_by("-id")[:PUSH_SIZE])
        return [each for each in lines(self.user, newest) if each.url]

    @cached_property
    def done(self) -> list[FollowUp]:
        """The talks of today."""
        if not entity_of(FollowUp).policy.may(self.user, "view"):
            return []
        rows = FollowUp.objects.visible_to(self.user).filter(self._mine("created_by"), at__gte=start_of(self.day))
        rows = rows.select_related("customer").only("content", "at", "customer__name")
        return list(rows.order_by("-at", "-id")[:DUE_SIZE])

    @cached_property
    def new(self) -> list[Customer]:
        """Customers entered today."""
        rows = Customer.objects.visible_to(self.user).filter(self._mine("owner"), created_at__gte=start_of(self.day))
        rows = rows.only("name", "owner")
        return list(rows.order_by("-created_at", "-id")[:SHORT_SIZE])

    @cached_property
    def changed(self) -> list[Customer]:
        """Customers that others changed since yesterday."""
        rows = Customer.objects.visible_to(self.user).filter(
            self._mine("owner"), changed_at__gte=start_of(self.day - DAY), created_at__lt=start_of(self.day)
        )
        rows = rows.filter(~Q(changed_by=self.user.pk), changed_by__isnull=False)
        rows = rows.only("name", "changed_at", "changed_by")
        return list(rows.order_by("-changed_at", "-id")[:SHORT_SIZE])

    @cached_property
    def recycling(self) -> list[tuple[Customer, date, Any]]:
        """Customers of one person that a rule is about to take, the next first, with the day and why."""
        if len(self.owners) != 1:
            return []
        found = near(self.customers, self.day + SOON, list(self.owners))
        rows = sorted(((record, day, REASONS[key]) for record, day, key, __ in found), key=lambda row: row[1])
        return rows[:SHORT_SIZE]

    @cached_property
    def attention(self) -> list[tuple[Customer, int | None]]:
        """Customers that need attention and are not in the list of those to contact, with the days of silence."""
        if not all(self.customers.right(self.user, name) in ("read", "edit") for name in ("attention_on", *HEARD)):
            return []
        rows = Customer.objects.visible_to(self.user).filter(
            self._mine("owner"), attention_on__lte=self.day, archived_at__isnull=True
        )
        rows = rows.filter(Q(next_contact_at__isnull=True) | Q(next_contact_at__gte=start_of(self.day + 2 * DAY)))
        rows = rows.only("name", "owner", "last_contact_at").order_by("attention_on", "id")[:SHORT_SIZE]
        return [(row, self._silence(row.last_contact_at)) for row in rows]

    def _silence(self, at: datetime | None) -> int | None:
        return (self.day - timezone.localdate(at)).days if at else None

    @cached_property
    def comments(self) -> list[FollowUpComment]:
        """What others said since yesterday about the follow-ups."""
        if not entity_of(FollowUpComment).policy.may(self.user, "view"):
            return []
        rows = FollowUpComment.objects.visible_to(self.user).filter(
            self._mine("follow_up__created_by"),
            created_at__gte=start_of(self.day - DAY),
            follow_up__deleted_at__isnull=True,
        )
        rows = rows.exclude(created_by=self.user.pk).select_related("customer")
        rows = rows.only("text", "created_at", "created_by__name", "customer__name")
        return list(rows.order_by("-created_at", "-id")[:SHORT_SIZE])

    @cached_property
    def birthdays(self) -> list[Contact]:
        """Contacts whose birthday is kept today or tomorrow."""
        contacts = entity_of(Contact)
        if not contacts.policy.may(self.user, "view") or contacts.right(self.user, "birthday") not in ("read", "edit"):
            return []
        keys = keys_of(self.day) | keys_of(self.day + DAY)
        rows = Contact.objects.visible_to(self.user).filter(self._mine("owner"), birthday_key__in=sorted(keys))
        return list(rows.select_related("customer").only("name", "customer__name")[:SHORT_SIZE])

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do and nothing done yet."""
        return not self.due and not self.done


def today_view(request: HttpRequest) -> HttpResponse:
    """The page of the day."""
    page = TodayPage(request)
    if not page.customers.policy.may(page.user, "view"):
        raise Http404
    fragment = getattr(request, "htmx", False)
    return render(request, "work/today.html#body" if fragment else "work/today.html", {"page": page})
