"""Reminders leave by e-mail: what waits for one reader goes in one mail, outside his quiet hours."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.jobs.trouble import survived
from haike.papers.digest.letter import Letter, letter_of
from haike.papers.digest.record import PAUSES, LateDigest
from haike.papers.server import FAULTS, MailFault, MailServer, connected, fault_of, mail_server
from haike.talk.notice.choice import is_quiet_for
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.record import Notice, notices_changed
from haike.talk.notice.send import Telling, tell
from haike.talk.where import active_users

LABEL = LateDigest._meta.label_lower
TAKEN = 500
"""At most so many notices are looked at for one mail."""
NOT_MAILED = declare_kind(
    Kind(
        "digest_failed",
        _("Reminders could not be sent by e-mail"),
        _("Reminders could not be sent to you by e-mail"),
        icon="mail-off",
        place="/account/workbench",
        thing=_("Reminders"),
        chosen=False,
    )
)
logger = logging.getLogger(__name__)


@cron("*/10 * * * *", name="papers.digest")
@job(title=_("Send reminders by e-mail"), attempts=1, timeout=1800, outside=True)
def send_digests() -> dict[str, int]:
    """One mail to each reader for whom something waits. What cannot be sent is tried again, then told by the bell."""
    waiting = set(Notice.objects.filter(mail=True).order_by().values_list("user_id", flat=True).distinct())
    if not waiting:
        return {}
    people, server = active_users(), mail_server()
    reached = {pk for pk in waiting if server is not None and server.site and pk in people and people[pk].email}
    _by_bell(waiting - reached)
    later = LateDigest.objects.filter(user__in=reached, next_at__gt=timezone.now()).values_list("user_id", flat=True)
    due = [people[pk] for pk in sorted(reached - set(later)) if not is_quiet_for(people[pk])]
    return {"sent": _send(server, due)} if server is not None and due else {}


def _send(server: MailServer, users: Sequence[Any]) -> int:
    """The mails of these users in one conversation with the server; where it breaks off, all that are left wait."""
    left, sent = list(users), 0
    try:
        with connected(server) as connection:
            while left:
                sent += _send_to(left[0], server, connection)
                left.pop(0)
    except MailFault as fault:
        for user in left:
            _missed(user, fault)
    return sent


def _send_to(user: Any, server: MailServer, connection: Any) -> int:
    notices, letter, made = list(Notice.objects.filter(user_id=user.pk, mail=True).order_by("-id")[:TAKEN]), None, False
    with survived(logger, f"No mail with reminders could be made for user {user.pk}."):
        letter, made = letter_of(user, notices, server.site), True
    try:
        if not made:
            raise MailFault("message", lasting=False)
        if letter is not None:
            _post(letter, user, server, connection)
    except MailFault as fault:
        if fault.code == "unreachable":
            raise
        _missed(user, fault)
        return 0
    with transaction.atomic():
        Notice.objects.filter(pk__in=[each.pk for each in notices]).update(mail=False)
        LateDigest.objects.filter(user_id=user.pk).delete()
    return int(letter is not None)


def _post(letter: Letter, user: Any, server: MailServer, connection: Any) -> None:
    headers = {
        "Message-ID": server.message_id(uuid4().hex),
        "Auto-Submitted": "auto-generated",
    }
    mail = EmailMultiAlternatives(letter.subject, letter.text, server.from_address, [user.email], headers=headers)
    mail.attach_alternative(letter.html, "text/html")
    try:
        connection.send_messages([mail])
    except OSError as error:
        raise fault_of(error) from None


def _missed(user: Any, fault: MailFault) -> None:
    """Try again later; at the end of all tries the bell tells what was to be mailed, and why it was not."""
    with transaction.atomic():
        late = LateDigest.objects.filter(user_id=user.pk).first() or LateDigest(user_id=user.pk)
        late.tries += 1
        if late.tries <= len(PAUSES) and not (fault.code == "recipient" and fault.lasting):
            late.next_at = timezone.now() + PAUSES[late.tries - 1]
            late.save()
            return
        LateDigest.objects.filter(user_id=user.pk).delete()
        _by_bell({user.pk})
        with translation.override(user.language):
            facts = {"title": user.email, "text": str(FAULTS[fault.code])}
        tell(NOT_MAILED, LABEL, [Telling(user.pk, user.pk, facts)])


def _by_bell(users: set[int]) -> None:
    """What no mail brings is unread on the page."""
    if users:
        rows = Notice.objects.filter(user__in=users, mail=True)
        with transaction.atomic():
            rows.filter(read_at=F("at")).update(read_at=None)
            rows.update(mail=False)
            notices_changed()
