"""From hunter to keeper: rules by which a record goes on to whoever looks after it."""
