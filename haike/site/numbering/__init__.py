"""The patterns of running numbers that a company has chosen."""
