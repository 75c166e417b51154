"""Orders: what a customer has bought, signed and then changed by numbered amendments only."""
