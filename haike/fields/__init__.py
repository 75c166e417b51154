"""Own fields and layouts: what a company adds to the records that the rooms declare."""
