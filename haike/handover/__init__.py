"""Hand-over: what hangs on a person goes to others, in one act that is previewed, agreed to, carried out and undone.

A room says what it holds of a person by registering holdings, once all models are loaded:

    hold(RowsHeld("claims", _("Open claim cases"), ClaimCase, "claimant", where=Q(state=OPEN), icon="scale"))

Records that have an owner need not be registered: every kind of them is found by itself (`records.RecordsHeld`). What a
holding does is written down in the batch of the hand-over: changes of records by the change log, all else by `Moved`.
"""
