"""Own fields that hold a file or a picture."""
