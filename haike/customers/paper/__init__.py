"""Customers and contacts on paper: lists, sheets, envelopes and waybills."""
