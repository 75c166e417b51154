"""What a customer owed, was billed and paid in some months."""
