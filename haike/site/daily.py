"""Which tabs of a record are used every day: only here are all rooms known that bring some."""

from haike.screens.tabs import DAILY

DAILY["customers.customer"] = (
    "timeline",
    "contacts",
    "follow-ups-customer",
    "opportunities-customer",
    "quotes-customer",
    "contracts-customer",
    "orders-customer",
    "payments-customer",
    "payment-plans-customer",
    "invoices-customer",
    "shipments-customer",
    "truth",
)
DAILY["sales.opportunity"] = ("lines", "quotes-opportunity", "contracts-opportunity", "orders-opportunity", "moves")
