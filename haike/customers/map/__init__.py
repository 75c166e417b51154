"""Customers on a map: pins, those near by, the way of a day."""
