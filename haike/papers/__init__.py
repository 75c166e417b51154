"""Papers that a customer gets by a link: frozen as they were sent, without signing in, each opening kept."""
