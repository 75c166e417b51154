"""Groups of records by choice or by conditions."""
