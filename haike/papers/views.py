"""The page of a link for those inside: the address to copy, who opened it when, and withdrawing it."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from haike.chinese.phone import mask_email
from haike.kernel.entity import Entity, entity_named
from haike.papers.actions import MOST_OPENINGS, code_of, may_withdraw, token_of, withdraw
from haike.papers.letter import subject_of, text_of
from haike.papers.mail import said_fault, send_again
from haike.papers.paper import may_take_out
from haike.papers.record import PaperLink, PaperMail
from haike.papers.told import TAB
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page
from haike.screens.module import demand_on

SHOWN = 200


def _found(request: HttpRequest, pk: int) -> tuple[PaperLink, Entity, Any]:
    """A link, and the record it is about; 404 for who could not send that paper himself."""
    user, link = cast(Any, request.user), PaperLink.objects.select_related("by").filter(pk=pk).first()
    entity = entity_named(link.entity) if link is not None else None
    if link is None or not isinstance(entity, Entity):
        raise Http404
    demand_on(entity)
    if not entity.policy.may(user, "view"):
        raise Http404
    record = find_record(entity, user, link.record_id)
    if not may_take_out(link.kind, user, record):
        raise Http404
    return link, entity, record


@never_cache
def link_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The link. Its address is for its sender alone: the paper has what he may read, and that may be more."""
    link, entity, record = _found(request, pk)
    user = cast(Any, request.user)
    own = link.by_id == user.pk and link.is_good
    lost, address, code = "", "", ""
    try:
        address = request.build_absolute_uri(f"/public/papers/{token_of(link)}") if own else ""
        code = code_of(link) if own else ""
    except Refused as no:
        lost = str(no)
    mail = PaperMail.objects.filter(link=link).first()
    title, text = subject_of(link.title), text_of(user, address)
    context = {
        "mail": mail, "mail_fault": said_fault(mail) if mail is not None else "",
        "mail_to": _addresses(mail.to, user, link) if mail is not None else "",
        "mail_refused": _addresses(mail.refused, user, link) if mail is not None else "",
        "may_mail_again": mail is not None and mail.state == PaperMail.State.FAILED and own,
        "mailto": f"mailto:?subject={quote(title)}&body={quote(text)}" if address else "",
        "link": link, "state": link.state(), "record": record, "entity": entity, "address": address, "code": code,
        "lost": lost, "may_withdraw": may_withdraw(link, record, user),
        "openings": link.openings.order_by("-id")[:SHOWN], "most": MOST_OPENINGS,
        "back_url": f"{entity.url_of(record)}?tab={TAB}",
    }  # fmt: skip
    return render(request, "papers/link.html", context)


def _addresses(addresses: list[str], user: Any, link: PaperLink) -> str:
    """Addresses whole for who typed them, for others as far as they say nothing."""
    return str(_(", ")).join(addresses if link.by_id == user.pk else map(mask_email, addresses))


@require_POST
def mail_again_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the mail once more, as soon as what was wrong is mended."""
    link, _entity, _record = _found(request, pk)
    mail = PaperMail.objects.filter(link=link).first()
    if mail is None or link.by_id != cast(Any, request.user).pk:
        raise Http404
    if not link.is_good:
        return refused_page(request, Refused(_("This link is not open any more.")))
    send_again(mail)
    return done(request, _("The mail is on its way."), f"/papers/{pk}", go=True)


@require_POST
def withdraw_view(request: HttpRequest, pk: int) -> HttpResponse:
    """End a link."""
    link, _entity, record = _found(request, pk)
    try:
        withdraw(link, record, by=cast(Any, request.user))
    except Refused as no:
        return refused_page(request, no)
    return done(
        request, _("The link is withdrawn; who opens it reads that the paper is gone."), f"/papers/{pk}", go=True
    )
