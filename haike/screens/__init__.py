"""The screens that every entity gets: list, record, form, picker, recycle bin, change log, bulk work."""
