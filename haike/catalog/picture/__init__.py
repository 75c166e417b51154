"""The pictures of a product: the first is its main one, the others stand behind it in an order of their own."""
