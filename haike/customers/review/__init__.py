"""Looking at new customers before one does business with them."""
