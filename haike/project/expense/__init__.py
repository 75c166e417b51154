"""Expenses: what a project has cost."""
