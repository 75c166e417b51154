"""Two scores of opportunities: whether they fit us, and whether the customer means it."""
