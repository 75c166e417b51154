"""The rooms, from the one that knows least to the one that knows all; each imports only from those before it.

The same order stands in pyproject.toml for import-linter.
"""

ROOMS = (
    "chinese",
    "sheets",
    "find",
    "kernel",
    "screens",
    "jobs",
    "bulk",
    "exchange",
    "api",
    "people",
    "fields",
    "files",
    "talk",
    "insight",
    "segments",
    "pools",
    "handover",
    "dedupe",
    "customers",
    "papers",
    "catalog",
    "work",
    "sales",
    "money",
    "project",
    "site",
)
