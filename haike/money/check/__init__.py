"""The books recomputed: every stored sum and every report, from the documents alone, by slow and obvious code."""
