"""Lists of records within somebody's rights: pages, counts, sums, at a million rows."""

from haike.kernel.find.finder import Find, Page, forget
from haike.kernel.find.indexes import filter_index, hot_indexes

__all__ = ["Find", "Page", "filter_index", "forget", "hot_indexes"]
