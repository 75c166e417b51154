"""Contact: a person at a customer."""
