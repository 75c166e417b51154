"""The question before a paper is sent: how long the link is good, with or without a code, to whom, by e-mail too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.kernel.entity import Section, entity_of
from haike.kernel.icon import icon
from haike.kernel.look import Look, NumberLook, TextLook, YesNoLook
from haike.papers.actions import new_token, send
from haike.papers.letter import letter_looks, letter_of
from haike.papers.mail import post
from haike.papers.module import PAPERS
from haike.papers.options import DAYS, WITH_CODE
from haike.papers.paper import Paper
from haike.papers.server import mail_server
from haike.people.pages import ask
from haike.screens.door import done
from haike.screens.form import Typed

SALT = "haike.papers.send"


def _token(request: HttpRequest) -> tuple[str, str]:
    """The token that came with the form, or a new one; and how the form carries it, for this user only."""
    carried, user = request.POST.get("token", ""), request.user.pk
    try:
        token, owner = signing.loads(carried, salt=SALT)
        if owner == user:
            return str(token), carried
    except signing.BadSignature:
        pass
    token = new_token()
    return token, signing.dumps([token, user], salt=SALT)


def send_view(request: HttpRequest, paper: Paper, *, hidden: Mapping[str, Any] | None = None) -> HttpResponse:
    """Ask, then make the link and show it; `hidden` is what the form must know again to find the same paper."""
    PAPERS.demand()
    token, carried = _token(request)
    whom = TextLook("whom", pgettext_lazy("paper", "To whom"))
    whom.help, whom.max_length = _("A name by which you find it again; the customer does not read it."), 120
    code = YesNoLook("with_code", _("Ask for a code"))
    code.help = _("The page shows nothing before the code. Send it by another way than the link.")
    days = NumberLook("days", _("Valid for days"))
    days.required = True
    looks: dict[str, Look] = {"whom": whom, "days": days, "with_code": code}

    start = {"whom": _contact(paper.record, request.user), "days": int(DAYS()), "with_code": bool(WITH_CODE())}
    sections = [Section("", list(looks))]
    if mail_server() is not None:
        letter_fields, filled = letter_looks(paper, request.user)
        looks, start = looks | letter_fields, start | filled
        sections.append(Section(pgettext_lazy("letter", "E-mail"), list(letter_fields)))

    def act(typed: Typed) -> HttpResponse:
        values, user = typed.values, cast(Any, request.user)
        letter = letter_of(typed, looks, by=user)
        whole = int(values["days"]) if values["days"] == int(values["days"]) else 0
        with transaction.atomic():
            made = send(
                paper, token=token, days=whole, with_code=values["with_code"], to=values["whom"] or "", by=user
            )  # fmt: skip
            if letter is not None:
                post(made, letter, site=request.build_absolute_uri("/"), record=paper.record, by=user)
        said = _("The link is ready: copy it and send it.") if letter is None else _("The mail is on its way.")
        return done(request, said, f"/papers/{made.pk}", go=True)

    top = format_html(
        '<p class="hint">{}</p>', _("The customer sees the paper as it is now; later changes do not show.")
    )
    if paper.warning:
        warn = format_html('<p class="notice notice-warn">{}<span>{}</span></p>', icon("alert-triangle"), paper.warning)
        top = warn + top
    return ask(
        request, looks, act,
        title=_("Send by link: %(paper)s") % {"paper": paper.title}, button=_("Make the link"),
        start=start, sections=sections,
        back_url=paper.back_url, hidden={**(hidden or {}), "token": carried}, top=top,
    )  # fmt: skip


def _contact(record: Any, user: Any) -> str:
    """The person whom a document names, where the user may read that."""
    contact = getattr(record, "contact", None)
    if contact is None or entity_of(record).right(user, "contact") not in ("read", "edit"):
        return ""
    seen = type(contact).objects.visible_to(user).filter(pk=contact.pk).exists()
    return str(contact) if seen and entity_of(contact).right(user, "name") in ("read", "edit") else ""
