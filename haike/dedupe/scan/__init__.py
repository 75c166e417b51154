"""Probable duplicates that are stored already: found over the whole stock, dismissed for good, or merged."""
