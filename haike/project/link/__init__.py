"""Links: opportunities, quotes, contracts and orders that belong to a project."""
