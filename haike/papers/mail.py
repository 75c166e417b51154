"""A link goes out by e-mail: written with the link, sent by a job, tried again while that can help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from email.utils import formataddr
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.phone import mask_email
from haike.jobs.declare import asking, job
from haike.kernel.change import write_log
from haike.kernel.events import announce
from haike.kernel.log import ACTION_LABELS
from haike.papers.actions import record_of, token_of
from haike.papers.module import PAPERS
from haike.papers.options import MAILS
from haike.papers.record import PaperLink, PaperMail
from haike.papers.server import FAULTS, MailFault, connected, fault_of, mail_server
from haike.refused import Refused

ACTION_LABELS["paper_mailed"] = _("sent a paper by e-mail")
PLACE = "{link}"
MOST_TO, MOST_SUBJECT, MOST_TEXT = 10, 200, 5_000
PAUSES = [timedelta(minutes=each) for each in (1, 5, 15, 60, 180, 360)]
"""How long to wait after each try that may yet work: some ten hours in all."""
_BETWEEN = re.compile(r"[\s,;，；、]+")
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")

Waiting = PaperMail.State.WAITING


@dataclass(frozen=True)
class Letter:
    """What somebody wants to send with a link."""

    to: list[str]
    copy_to: str
    subject: str
    text: str


def checked_letter(*, chosen: list[str], others: str, copy: bool, subject: str, text: str, by: Any) -> Letter:
    """The letter that was typed; Refused with a sentence beside each field that is not right."""
    faults: dict[str, Any] = {}
    to = dict.fromkeys(chosen)
    for each in filter(None, _BETWEEN.split(others)):
        try:
            validate_email(each)
        except ValidationError:
            faults.setdefault("others", _("“%(text)s” is not an e-mail address.") % {"text": each[:60]})
        to[each] = None
    if not to:
        faults["to"] = _("Choose a contact, or enter an address below.")
    elif len(to) > MOST_TO:
        faults.setdefault("others", _("At most %(most)s addresses.") % {"most": MOST_TO})
    if copy and not by.email:
        faults["copy"] = _("Your account has no e-mail address. Enter one in your account first.")
    if not subject.strip() or len(subject) > MOST_SUBJECT:
        faults["subject"] = _("Write a subject of at most %(most)s characters.") % {"most": MOST_SUBJECT}
    elif _BREAKS.search(subject):
        faults["subject"] = _("The subject is a single line.")
    if PLACE not in text:
        faults["text"] = _("Write {link} where the link is to stand.")
    elif len(text) > MOST_TEXT:
        faults["text"] = _("At most %(most)s characters.") % {"most": MOST_TEXT}
    if faults:
        raise Refused(fields=faults)
    return Letter(list(to), by.email if copy else "", subject.strip(), text)


def _demand_few(link: PaperLink, letter: Letter, by: Any) -> None:
    """Refuse more mails of one user in a day than the company allows."""
    # One after the other, for two at once would each count without the other.
    type(by)._base_manager.select_for_update().filter(pk=by.pk).first()
    most, since = int(MAILS()), timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = PaperMail.objects.filter(link__by=by.pk, link__at__gte=since).exclude(link=link.pk)
    sent = sum(len(to) + bool(copy) for to, copy in rows.values_list("to", "copy_to"))
    if sent + len(letter.to) + bool(letter.copy_to) > most:
        no = _(
            "You may send %(most)s e-mails a day, and %(sent)s went out today. Send the link another way, or tomorrow."
        )
        raise Refused(fields={"by_mail": no % {"most": most, "sent": sent}})


def post(link: PaperLink, letter: Letter, *, site: str, record: Any, by: Any) -> PaperMail:
    """Put a letter into the mail. A link has one: whoever sends the form again sends nothing again."""
    with transaction.atomic():
        _demand_few(link, letter, by)
        mail, new = PaperMail.objects.get_or_create(
            link=link,
            defaults={
                "uid": uuid4().hex, "to": letter.to, "copy_to": letter.copy_to, "subject": letter.subject,
                "text": letter.text, "site": site,
            },
        )  # fmt: skip
        if new:
            told = f"{link.title} → {', '.join(map(mask_email, letter.to))}"
            write_log(record, "paper_mailed", by=by, diff={"paper": [None, told[:500]]})
            _wake(mail)
    return mail


def send_again(mail: PaperMail) -> None:
    """Try a mail once more that was given up; those who have it already do not get it again."""
    with transaction.atomic():
        if PaperMail.objects.filter(pk=mail.pk, state=PaperMail.State.FAILED).update(
            state=Waiting, tries=0, fault="", refused=[]
        ):
            _wake(mail)


def _wake(mail: PaperMail, pause: timedelta | None = None) -> None:
    with asking():
        task = deliver if pause is None else deliver.using(run_after=timezone.now() + pause)
        task.enqueue(mail=mail.pk)


@job(title=_("Send a paper by e-mail"), attempts=5, timeout=600, outside=True)
def deliver(*, mail: int) -> str:
    """Try one mail once. The job itself works whatever the mail server says: the mail knows what became of it."""
    held = PaperMail.objects.select_related("link__by").filter(pk=mail, state=Waiting).first()
    if held is None:
        return ""
    try:
        _send(held)
    except MailFault as fault:
        held.tries += 1
        lasting = fault.lasting or held.tries > len(PAUSES)
        _close(held, PaperMail.State.FAILED if lasting else Waiting, fault.code)
        return fault.code
    _close(held, PaperMail.State.SENT)
    return "sent"


def _send(mail: PaperMail) -> None:
    link, server = mail.link, mail_server()
    by = link.by
    gone = not by.is_active or by.deleted_at is not None or record_of(link) is None
    if gone or not link.is_good or not PAPERS.is_on():
        raise MailFault("closed")
    if server is None:
        raise MailFault("off")
    try:
        address = f"{mail.site}public/papers/{token_of(link)}"
    except Refused as no:
        raise MailFault("closed") from no
    headers = {"To": ", ".join(mail.to), "Message-ID": server.message_id(mail.uid)}
    text, answers = mail.text.replace(PLACE, address), [formataddr((by.name, by.email))] if by.email else []
    waiting = [each for each in [*mail.to, mail.copy_to] if each and each not in mail.taken]
    with connected(server) as connection:
        for each in dict.fromkeys(waiting):
            letter = EmailMessage(
                mail.subject, text, server.from_address, [each], reply_to=answers, headers=headers,
                connection=connection,
            )  # fmt: skip
            try:
                connection.send_messages([letter])
            except OSError as error:
                fault = fault_of(error)
                if fault.code != "recipient" or not fault.lasting:
                    raise
                mail.refused.append(each)
            else:
                mail.taken.append(each)
                PaperMail.objects.filter(pk=mail.pk).update(taken=mail.taken)
    if mail.refused:
        raise MailFault("recipient")


def _close(mail: PaperMail, state: str, fault: str = "") -> None:
    """Write down what became of a try; at the end of all tries the sender hears of it."""
    with transaction.atomic():
        now = timezone.now() if state == PaperMail.State.SENT else None
        rows = PaperMail.objects.filter(pk=mail.pk, state=Waiting)
        if not rows.update(state=state, tries=mail.tries, fault=fault, refused=mail.refused, sent_at=now):
            return
        if state == Waiting:
            _wake(mail, PAUSES[mail.tries - 1])
        elif state == PaperMail.State.FAILED:
            announce("papers.mail_failed", mail=mail, record=record_of(mail.link), fault=fault)


def said_fault(mail: PaperMail) -> str:
    """Why the mail has not gone out, or not to everybody; empty where all is well."""
    return str(FAULTS[mail.fault]) if mail.fault in FAULTS else ""
