"""Solutions that are worked out for opportunities, and the templates that they begin with."""
