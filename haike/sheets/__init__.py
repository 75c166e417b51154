"""Reading and writing spreadsheets: XLSX, XLS, ODS, CSV and what calls itself so."""
