"""The truth line of money: what was agreed, what went out, what was invoiced, what came in, and why they differ."""
