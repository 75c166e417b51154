"""The guided start: whether the sample company is in, and how far a new company has come."""

from __future__ import annotations

from haike.kernel.option import OptionValue
from haike.kernel.versioned import Versioned

SAMPLE = "site.sample"


def _present() -> bool:
    return OptionValue.objects.filter(key=SAMPLE).exists()


sample_present = Versioned("options", _present)
"""Whether the rows of the sample company are still there; kept in the process."""
