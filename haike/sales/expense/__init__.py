"""What selling costs beside the goods: expenses and commission, and what is left after them."""
