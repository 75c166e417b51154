"""Territories: who looks after which part of the market; drawn, redrawn with a preview, undone."""
