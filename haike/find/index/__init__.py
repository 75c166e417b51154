"""The index behind the search: tokens, the tables that hold them, and reading them."""
