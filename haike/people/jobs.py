"""This room's work at set times."""

from haike.people.alarm.watch import watch_use

__all__ = ["watch_use"]
