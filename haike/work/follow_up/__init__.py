"""FollowUp: what was said and done with a customer, and when to go on."""
