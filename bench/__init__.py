"""The published budgets, measured through HTTP against the server as it runs in production."""
