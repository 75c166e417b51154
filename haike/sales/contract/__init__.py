"""Contracts with customers, and what is delivered under them."""
