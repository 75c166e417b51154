"""Hosted mode: many companies side by side, each in its own PostgreSQL schema. Installed only with HAIKE_HOSTED=1."""
