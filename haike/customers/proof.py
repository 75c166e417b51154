"""What the nightly check of rights looks at here: the pages that are not every kind of record's."""

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.entity import Entity, entity_of
from haike.people.proof.walk import PAGES, Walk, surface

PAGES += ["/customers/grid", "/contacts/book/", "/contacts/birthdays/"]


@surface("card", _("Card in the grid"))
def cards(walk: Walk, entity: Entity) -> None:
    """The card of a customer."""
    if entity is entity_of(Customer):
        for record in walk.sample.some(entity):
            path = f"{entity.url_of(record)}card"
            walk.compare("card", entity, record, walk.ask(path).shown, path)
