"""Lists of lines over all orders and over all shipments, for whoever sees those."""
