"""The forecast of open opportunities: learned from how earlier ones went, shown by month or quarter."""
