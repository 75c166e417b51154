"""Lines of priced documents, quotes, orders and purchases alike: their arithmetic, their storage, their editor."""
