"""Shipments of orders: what left for the customer, when, by whom it was carried and who signed for it."""
