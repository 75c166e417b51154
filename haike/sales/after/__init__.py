"""After the sale: how long what was shipped has a warranty, and the visit that follows on it."""
