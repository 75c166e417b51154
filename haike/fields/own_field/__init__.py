"""One own field: what it is, how it looks, how it is made, changed, deleted and brought back."""
