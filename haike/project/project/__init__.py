"""Projects: what is built, who sees it, the phases it goes through."""
