"""Proof of rights: what every surface shows, compared with a slow and obvious oracle."""
