"""The tables of import and export."""

from haike.exchange.approval import ExportRequest
from haike.exchange.exported import Export
from haike.exchange.run import ImportFault, ImportRun, RememberedColumn

__all__ = ["Export", "ExportRequest", "ImportFault", "ImportRun", "RememberedColumn"]
