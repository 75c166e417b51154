"""Seeing pages as a colleague sees them, without being able to write."""
