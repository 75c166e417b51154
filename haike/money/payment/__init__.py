"""Payments: what customers have paid, on which plans, and what was paid back."""
