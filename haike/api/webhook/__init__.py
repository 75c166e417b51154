"""Webhooks: other programs are told, signed and with the rights of one user, what happened to records."""
