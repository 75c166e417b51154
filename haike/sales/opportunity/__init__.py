"""Opportunities: pipelines with their stages, chances to sell, and how each went."""
