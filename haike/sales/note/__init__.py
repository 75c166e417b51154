"""Quick call notes: one line for a call or a chat that comes in, made into something later."""
