"""What customers have bought, and the groups A to E that follow from it."""
