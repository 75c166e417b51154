"""Many records at once in a table: typed line by line, pasted from Excel, or those that are there already, changed."""
