"""By what customers and contacts are known again; the room of duplicates does the rest."""

from haike.customers.customer.record import INDIVIDUAL
from haike.dedupe.identity import Identity, declare

CUSTOMER = declare(
    Identity(
        "customers.customer",
        name="name",
        short="short_name",
        mnemonic="mnemonic",
        phones=("phone", "mobile"),
        ids=("wechat", "qq"),
        code="tax_number",
        form="form",
        person=INDIVIDUAL,
        summed=("opening_debt",),
    )
)
CONTACT = declare(
    Identity(
        "customers.contact",
        phones=("mobile", "mobile_2", "phone"),
        ids=("wechat", "qq"),
        stands_for="customer",
    )
)
