"""Quotes: what we offer a customer at which price, until when."""
