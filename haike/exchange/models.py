"""The tables of import and export."""

from haike.exchange.run import ImportFault, ImportRun, RememberedColumn

__all__ = ["ImportFault", "ImportRun", "RememberedColumn"]
