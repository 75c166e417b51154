"""Payment plans: what is to be paid by when."""
