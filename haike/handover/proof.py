"""What the check of rights is to know of keeper rules, in plain words: they are set up by whoever sets up pools."""

from haike.people.proof.oracle import RULES
from haike.pools.proof import only_with_the_grant

RULES["handover.keeperrule"] = only_with_the_grant
