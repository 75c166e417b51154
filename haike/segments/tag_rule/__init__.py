"""Tags that follow from conditions."""
