"""Pages about contacts beside list and record: address book, birthdays, mail to several, vCards, the main contact."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.customers import birthday
from haike.customers.contact import actions, vcard
from haike.customers.contact.bring_in import KIND, bring_in, take_back
from haike.customers.contact.record import Anniversary, Contact
from haike.customers.contact.surnames import surnames_of
from haike.customers.customer.record import Customer
from haike.digits import whole
from haike.exchange.exported import trace
from haike.kernel.change import write_log
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.selection import Selection
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page
from haike.screens.table import cell_of

BOOK_SIZE = 100
WAYS = ("mobile", "phone", "wechat", "email")
MOST_CHOSEN = 500
MOST_BIRTHDAYS = 500


def _may_view(request: HttpRequest) -> Any:
    user = cast(Any, request.user)
    if not entity_of(Contact).policy.may(user, "view"):
        raise Http404
    return user


def main_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a contact the main one of his customer."""
    user, entity = cast(Any, request.user), entity_of(Contact)
    contact = find_record(entity, user, pk, joins=["customer"])
    if request.method != "POST":
        raise Http404
    try:
        actions.make_main(contact, by=user)
    except Refused as no:
        return refused_page(request, no)
    message = _("%(name)s is now the main contact of %(customer)s.") % {"name": contact, "customer": contact.customer}
    return done(request, message, entity_of(Customer).url_of(contact.customer))


# -- address book ------------------------------------------------------------------------------------------------------


def book_view(request: HttpRequest) -> HttpResponse:
    """The address book: letters and surnames at the side, people as cards, several of whom can be chosen."""
    user, entity = _may_view(request), entity_of(Contact)
    letters: dict[str, list[str]] = defaultdict(list)
    for letter, surname in surnames_of(user).used:
        letters[letter].append(surname)
    letter, surname = request.GET.get("letter", "")[:1].upper(), request.GET.get("surname", "")[:20]
    words = request.GET.get("q", "").strip()[:100]
    selection = Selection(entity, user, words=words, sort="name")
    if words:
        rows = selection.rows(selection.find.page(BOOK_SIZE).ids, ["customer"])
        more = ""
    else:
        found = Contact.objects.visible_to(user).select_related("customer").filter(archived_at__isnull=True)
        if letter:
            found = found.filter(letter=letter)
        if surname:
            found = found.filter(surname=surname)
        after = request.GET.get("after", "")
        if match := re.fullmatch(r"(.{0,200})~([0-9]{1,18})", after):
            found = found.filter(name_pinyin__gte=match[1]).exclude(name_pinyin=match[1], id__lte=int(match[2]))
        rows = list(found.order_by("name_pinyin", "id")[: BOOK_SIZE + 1])
        last = rows[BOOK_SIZE - 1] if len(rows) > BOOK_SIZE else None
        more = quote(f"{last.name_pinyin}~{last.pk}") if last else ""
        rows = rows[:BOOK_SIZE]
    looks = {n: entity.looks[n] for n in WAYS if entity.right(user, n) in ("read", "edit")}
    book = {
        "letters": sorted(letters.items(), key=lambda item: (item[0] == "#", item[0])),
        "letter": letter,
        "surname": surname,
        "q": words,
        "people": [
            {
                "contact": row,
                "ways": [cell_of(entity, user, n, look, row) for n, look in looks.items() if look.get(row)],
            }
            for row in rows
        ],
        "more": more,
        "may_export": entity.policy.may(user, "export"),
        "may_import": entity.policy.may(user, "import"),
    }
    return render(request, "customers/book.html", {"book": book})


def _chosen(request: HttpRequest, action: str = "view") -> list[Contact]:
    """The contacts that were ticked, of those that the user sees."""
    given = request.POST if request.method == "POST" else request.GET
    texts = [text for value in given.getlist("ids") for text in value.split(",")]
    keys = [key for text in texts if (key := whole(text)) is not None][:MOST_CHOSEN]
    rows = Contact.objects.visible_to(cast(Any, request.user), action).filter(pk__in=keys).select_related("customer")
    return list(rows.order_by("name_pinyin", "id"))


def chosen_view(request: HttpRequest) -> HttpResponse:
    """What one can do with several contacts: their addresses and numbers to copy, one mail to all, vCards."""
    user, entity = _may_view(request), entity_of(Contact)
    contacts = _chosen(request)

    def told(name: str) -> list[str]:
        rights = [(contact, entity.policy.right_to(user, name, contact)) for contact in contacts]
        texts = (getattr(contact, name) for contact, right in rights if right in ("read", "edit"))
        return list(dict.fromkeys(text for text in texts if text))

    mails, mobiles = told("email"), told("mobile")
    chosen = {
        "contacts": contacts,
        "ids": ",".join(str(contact.pk) for contact in contacts),
        "mails": mails,
        "mobiles": mobiles,
        "mail_link": f"mailto:?bcc={quote(','.join(mails), safe='@,')}" if mails else "",
        "sms_link": f"sms:{','.join(mobiles)}" if mobiles else "",
        "may_export": entity.policy.may(user, "export"),
    }
    return render(request, "customers/chosen.html", {"chosen": chosen})


# -- birthdays ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Occasion:
    """A birthday or anniversary on a day of the month shown."""

    day: date
    who: Any
    url: str
    customer: Customer
    what: Any
    kept: str
    years: int | None
    birthday: bool


def birthdays_view(request: HttpRequest) -> HttpResponse:
    """Birthdays and anniversaries of a month by day, in both calendars."""
    user = _may_view(request)
    match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", request.GET.get("month", ""))
    now = today()
    first = date(now.year, now.month, 1)
    if match and 1901 <= int(match[1]) <= 2098 and 1 <= int(match[2]) <= 12:
        first = date(int(match[1]), int(match[2]), 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    before = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    days: dict[str, date] = {}
    for day in birthday.days_of(first, after):
        for key in birthday.keys_of(day):
            days.setdefault(key, day)
    page = {
        "month": first,
        "previous": f"{before:%Y-%m}",
        "next": f"{after:%Y-%m}",
        "today": now,
        "occasions": _occasions(user, days),
    }
    return render(request, "customers/birthdays.html", {"page": page})


def _occasions(user: Any, days: dict[str, date]) -> list[Occasion]:
    found: list[Occasion] = []

    def add(who: Any, url: str, customer: Customer, what: Any, stored: str, key: str) -> None:
        kept = birthday.read(stored)
        if kept is None:
            return
        day = days[key]
        years = day.year - kept.year if kept.year and not kept.lunar else None
        found.append(Occasion(day, who, url, customer, what, str(kept), years, what == _("Birthday")))

    people = entity_of(Contact)
    if people.right(user, "birthday") in ("read", "edit"):
        rows = Contact.objects.visible_to(user).filter(birthday_key__in=list(days)).select_related("customer")
        for contact in rows[:MOST_BIRTHDAYS]:
            add(
                contact, people.url_of(contact), contact.customer, _("Birthday"), contact.birthday, contact.birthday_key
            )
    above = entity_of(Customer)
    if above.right(user, "birthday") in ("read", "edit"):
        for customer in Customer.objects.visible_to(user).filter(birthday_key__in=list(days))[:MOST_BIRTHDAYS]:
            url = above.url_of(customer)
            add(customer, url, customer, _("Birthday"), customer.birthday, customer.birthday_key)
    look = entity_of(Anniversary).looks["kind"]
    if entity_of(Anniversary).policy.may(user, "view"):
        rows = Anniversary.objects.visible_to(user).filter(day_key__in=list(days)).select_related("contact", "customer")
        for each in rows[:MOST_BIRTHDAYS]:
            add(each.contact, people.url_of(each.contact), each.customer, look.text(each.kind), each.day, each.day_key)
    return sorted(found, key=lambda occasion: (occasion.day, str(occasion.who)))


# -- vCards ------------------------------------------------------------------------------------------------------------


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/vcard; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.vcf")
    return answer


def vcard_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One contact as a file; `?version=4.0` for the newer form."""
    user, entity = cast(Any, request.user), entity_of(Contact)
    contact = find_record(entity, user, pk, joins=["customer"])
    try:
        text = vcard.write([contact], user, version=request.GET.get("version", "3.0"))
    except Refused as no:
        return refused_page(request, no)
    write_log(contact, "export", by=user)
    return _file(text, contact.name)


def vcards_view(request: HttpRequest) -> HttpResponse:
    """Several contacts as one file: those ticked, or all of a customer (`?customer=`)."""
    user, entity = _may_view(request), entity_of(Contact)
    try:
        entity.policy.demand(user, "export")
        customer = whole(request.GET.get("customer"))
        if customer is not None:
            rows = Contact.objects.visible_to(user, "export").filter(customer=customer).select_related("customer")
            contacts = list(rows.order_by("name_pinyin", "id")[:MOST_CHOSEN])
        else:
            contacts = _chosen(request, "export")
        if not contacts:
            raise Refused(_("Choose at least one contact."))
        text = vcard.write(contacts, user, version=request.GET.get("version", "3.0"))
    except Refused as no:
        return refused_page(request, no)
    for contact in contacts:
        write_log(contact, "export", by=user)
    title = str(contacts[0].customer) if customer is not None else str(_("Contacts"))
    export = trace(user, entity.label, "vcf", words=title, rows=len(contacts))
    return _file(text, f"{title}-{export.number}")


def vcard_import_view(request: HttpRequest) -> HttpResponse:
    """Bring in a file of vCards, at one customer or at those that the cards name."""
    user, entity = _may_view(request), entity_of(Contact)
    page: dict[str, Any] = {"outcomes": [], "error": "", "customer": None}
    try:
        entity.policy.demand(user, "import")
        given = whole(request.POST.get("customer") or request.GET.get("customer"))
        if given is not None:
            page["customer"] = find_record(entity_of(Customer), user, given)
        if request.method == "POST":
            file = request.FILES.get("file")
            if file is None:
                raise Refused(_("Choose a file first."))
            if (file.size or 0) > vcard.LARGEST:
                raise Refused(_("The file is larger than %(size)s MB.") % {"size": vcard.LARGEST // 1024 // 1024})
            cards = vcard.read(file.read())
            outcomes, batch = bring_in(cards, customer=page["customer"], title=file.name or "vCard", by=user)
            created = sum(outcome.state == "created" for outcome in outcomes)
            text = ngettext("%(count)s contact brought in.", "%(count)s contacts brought in.", created)
            page |= {"outcomes": outcomes, "message": text % {"count": created}, "batch": batch if created else None}
    except Refused as no:
        page["error"] = str(no)
    page["back_url"] = entity_of(Customer).url_of(page["customer"]) if page["customer"] else entity.url
    return render(request, "customers/vcard_import.html", {"page": page}, status=422 if page["error"] else 200)


def vcard_undo_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a file of cards that the user has brought in."""
    user, entity = _may_view(request), entity_of(Contact)
    batch = Batch.objects.filter(pk=pk, kind=KIND, by=user.pk).first()
    if batch is None or request.method != "POST":
        raise Http404
    try:
        undone = take_back(batch, by=user)
    except Refused as no:
        return refused_page(request, no)
    message: Any = _("Everything from this file is taken back.")
    if undone.conflicts:
        message = _("Taken back, except %(count)s that somebody has changed since.") % {"count": undone.conflicts}
    return done(request, message, entity.url)
