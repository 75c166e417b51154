"""Who came first: cases about records that somebody else has, their evidence and their rulings."""
