"""By what leads are known again, among each other and among customers."""

from haike.dedupe.identity import Identity, declare
from haike.sales.lead.record import CONVERTED

LEAD = declare(
    Identity(
        "sales.lead",
        name="company",
        phones=("mobile", "phone"),
        ids=("wechat", "qq"),
        spent=("state", (CONVERTED,)),
    )
)
