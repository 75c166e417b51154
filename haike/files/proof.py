"""What the check of rights looks at here: attachments, the page of all, and the files in own fields."""

from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.additions import shape_of
from haike.fields.proof import keeps_secret
from haike.files.attachment.queries import TAB
from haike.files.attachment.record import Attachment
from haike.kernel.entity import Entity
from haike.people.proof.walk import PAGES, Walk, surface

MOST = 100
PAGES += ["/attachments/", "/attachments/?sort=size"]


@surface("attachment", _("Attachment"))
def attachments(walk: Walk, entity: Entity) -> None:
    """Whoever sees the record gets its files, and nobody else."""
    records = {record.pk: record for record in walk.sample.of(entity)}
    rows = Attachment.objects.filter(entity=entity.label, record_id__in=records, deleted_at=None)
    for row in rows[:MOST]:
        path = f"/attachments/{row.pk}/download"
        answer = walk.ask(path)
        walk.compare("attachment", entity, records[row.record_id], answer.status in (200, 302), path, tab=TAB)


@surface("own_file", _("Files in own fields"))
def own_files(walk: Walk, entity: Entity) -> None:
    """The file in a field, for who sees the record and may read the field."""
    names = [name for name, look in shape_of(entity).own.items() if look.by_file]
    for record in walk.sample.some(entity) if names else ():
        for name in names:
            if record.custom.get(name):
                path = f"{entity.url_of(record)}file/{name}/"
                shown, secret = walk.ask(path).shown, keeps_secret(walk, entity, name)
                if not secret:
                    walk.compare("own_file", entity, record, shown, path)
                elif shown:
                    walk.shows_field("own_file", entity, record, name, path)
