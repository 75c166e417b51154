"""Who decides: people with their part, attitude and influence, and the tree in which they report to each other."""
