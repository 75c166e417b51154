"""This room's work at set times."""

from haike.people.alarm.watch import watch_use
from haike.people.proof.check import check_rights_job

__all__ = ["check_rights_job", "watch_use"]
