"""Contents of the room."""

from haike.dedupe.claim.record import ClaimCase
from haike.dedupe.guard import guard
from haike.dedupe.index import IdentityKey
from haike.dedupe.merge.record import Merge, Merged
from haike.dedupe.scan.record import Pair, Scan

__all__ = ["ClaimCase", "IdentityKey", "Merge", "Merged", "Pair", "Scan", "guard"]
