"""The database as it was when the tests began, put back after a test that commits.

Django would empty all tables and fill them with the seeds again, which took as long as most such tests, and longer
on PostgreSQL. Here only what differs is put back, search tables, staff and all.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

_whole: Any = None

KEEP = """
DROP SCHEMA IF EXISTS kept CASCADE;
CREATE SCHEMA kept;
DO $$
DECLARE name text; filled boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', name, name);
        END IF;
    END LOOP;
END $$;
"""

PUT_BACK = """
DO $$
DECLARE name text; filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM public.%I', name);
        END IF;
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I', name, name);
    END LOOP;
END $$;
"""


def keep_database() -> None:
    """Remember everything that is in the database now."""
    global _whole
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(KEEP)
        else:
            _whole = sqlite3.connect(":memory:")
            connection.connection.backup(_whole)
    TransactionTestCase._fixture_teardown = put_back


def put_back(case: Any = None) -> None:
    """Make the database what it was."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(PUT_BACK)
        else:
            _whole.backup(connection.connection)
