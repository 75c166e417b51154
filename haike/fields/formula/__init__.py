"""Formulas of own fields: a small language that reads fields of one record and can do nothing else."""
