"""The layout of form and record page: what it is, how it is arranged, kept and designed."""
