"""Haike (海客): a CRM suite that starts with one command and grows with the company that uses it."""

__version__ = "0.1.0"
