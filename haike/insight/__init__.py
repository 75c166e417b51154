"""Seeing: numbers of any list by any of its fields."""
