"""The people at the customer who decide about an opportunity."""
