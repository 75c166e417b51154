"""Scores by rules: points for what a filter finds, tried before they count and explained; for leads, opportunities."""
