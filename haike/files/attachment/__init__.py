"""Attachments: files and links that hang on a record of any kind."""
