"""What the nightly check of rights looks at here: notices, the event stream, comments."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.people.proof.walk import Walk, surface
from haike.talk.notice.feed import message
from haike.talk.notice.page import lines
from haike.talk.notice.record import Notice
from haike.talk.where import COMMENTS, is_commented

MOST, MOST_STREAMED = 100, 20


@surface("notice", _("Notice"))
def notices(walk: Walk, entity: Entity) -> None:
    """A notice about a record that one sees no more tells nothing of it."""
    rows = list(Notice.objects.filter(user_id=walk.user.pk, entity=entity.label).order_by("-id")[:MOST])
    for row, line in zip(rows, lines(walk.user, rows), strict=True):
        if line.title or line.text or line.url:
            walk.shows("notice", entity, [row.record_id], f"/notices/{row.pk}/open")


@surface("stream", _("Event stream"))
def streams(walk: Walk, entity: Entity) -> None:
    """What pops up as it happens: each notice by itself, for of many at once only the newest are told.

    The newest may all be about one owner's records, so some of every owner's are looked at too.
    """
    told = Notice.objects.filter(user_id=walk.user.pk, entity=entity.label).order_by("-id")
    sampled = told.filter(record_id__in=[record.pk for record in walk.sample.some(entity)])
    for row in {row.pk: row for rows in (told, sampled) for row in rows[:MOST_STREAMED]}.values():
        if message(walk.user, 1, 0, [row])["items"]:
            walk.shows("stream", entity, [row.record_id], "/notices/stream")


@surface("comment", _("Comments"))
def comments(walk: Walk, entity: Entity) -> None:
    """Comments are read by those who see the record."""
    if is_commented(entity):
        for record in walk.sample.some(entity):
            path = f"{entity.url_of(record)}panel/comments"
            walk.compare("comment", entity, record, walk.ask(path).shown, path, tab=COMMENTS)
