"""Attachments of every record: stored once by content, checked, previewed, served to those who see the record."""
