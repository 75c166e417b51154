"""What a customer needs, one by one, and how far we meet it."""
