"""Parties: the customers in a project and the part that each plays."""
