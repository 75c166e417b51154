"""Rules that go over all records at set times: run in batches, with a log of runs."""
