"""What the nightly check of rights looks at here: the palette and the search over everything."""

from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.people.proof.walk import PAGES, Walk, surface

PAGES += ["/", "/palette"]
WORDS = 20


@surface("palette", _("Palette and search of everything"))
def palette(walk: Walk, entity: Entity) -> None:
    """A record by its words, among all kinds: what is not the user's, if there is any, and the first.

    One answer is over every kind of record, so asking for more of them would look at the same again.
    """
    if entity.search:
        records = walk.sample.some(entity)
        closed = [record for record in records if not walk.may(entity, record)]
        for record in {each.pk: each for each in (*closed[:1], *records[:1])}.values():
            walk.follow("palette", walk.ask(f"/palette?q={_words(record)}"))
        for record in (closed or records)[:1]:
            walk.follow("palette", walk.ask(f"/search?q={_words(record)}"))


def _words(record: object) -> str:
    return quote(str(record)[:WORDS])
