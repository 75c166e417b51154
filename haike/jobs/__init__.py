"""Jobs: work that is done later or at set times, in the same database as everything else.

A job enqueued in a transaction exists if and only if the transaction commits. It runs at least once; while its worker
lives it runs in one place only; after the last try it is `failed` or `lost` and a person sees it.
"""
