"""Django's PostgreSQL backend with one change for Citus, see base.py."""
