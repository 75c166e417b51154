"""How promising a lead is: points by rules, and a chance learned from one's own won and lost leads."""
