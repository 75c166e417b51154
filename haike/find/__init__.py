"""Lists of records within somebody's rights, and the search behind them; knows tables, not entities."""
