"""How a customer stands and what to do next."""
