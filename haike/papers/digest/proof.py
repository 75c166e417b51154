"""What the nightly check of rights looks at here: the mail with somebody's notices."""

import re

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.papers.digest.letter import MOST, letter_of
from haike.people.proof.walk import Walk, surface
from haike.talk.notice.record import Notice

KEPT = ("user_id", "kind", "entity", "record_id", "by_id", "at", "due", "facts")
OPENED = re.compile(r"/notices/(\d+)/open")


@surface("digest", _("Reminders by e-mail"))
def digests(walk: Walk, entity: Entity) -> None:
    """A mail names no record that its reader does not see at the moment of sending."""
    rows = Notice.objects.filter(user_id=walk.user.pk, entity=entity.label).order_by("-id")[:MOST]
    # As on the day on which they came, for what was read goes into no mail.
    notices = [Notice(pk=row.pk, **{name: getattr(row, name) for name in KEPT}) for row in rows]
    letter = letter_of(walk.user, notices, "/")
    records = {row.pk: row.record_id for row in notices}
    for key in OPENED.findall(letter.html if letter is not None else ""):
        walk.shows("digest", entity, [records[int(key)]], f"/notices/{key}/open")
