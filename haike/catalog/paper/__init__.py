"""Documents on paper: the company's print templates, the columns that each user prints, the page itself."""
