"""The text of a contract: made from a template by one click, changed by hand, each version kept."""
