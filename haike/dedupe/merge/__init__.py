"""Merging: several records become one, with everything that hangs on them, and can be parted again."""
