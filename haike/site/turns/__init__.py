"""SQLite with short waits for the right to write."""
