"""How quickly pages are answered here, beside what is promised for them."""
