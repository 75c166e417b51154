"""The tables of bulk acts."""

from haike.bulk.run import BulkRefusal, BulkRun

__all__ = ["BulkRefusal", "BulkRun"]
