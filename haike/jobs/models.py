"""The tables of this room."""

from haike.jobs.cron import CronSlot
from haike.jobs.job import Job

__all__ = ["CronSlot", "Job"]
