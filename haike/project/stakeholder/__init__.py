"""Stakeholders: the people who decide, and who reports to whom."""
