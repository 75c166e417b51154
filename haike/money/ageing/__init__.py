"""How long what is not paid has been due, and who is reminded of it."""
