"""Who else is after an opportunity, with strengths and weaknesses."""
