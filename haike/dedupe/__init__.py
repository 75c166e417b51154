"""Duplicates: who may be the same, told while typing, found in the whole stock, merged, and ruled on in a dispute."""
