"""Pools: whose record is it, where does it lie while it is nobody's, and how does it come and go.

One machinery for public seas of customers, for pools of leads and for whatever comes. A pool is an owner: it has an
account that nobody signs in to, and a record that lies in the pool belongs to that account. So list, search, count,
export, API, what hangs on the record, the change log and the undo of bulk acts need not know of pools; the reach of a
pool's members is widened by its account, and that is all.

How an entity opts in (customers do it in `haike/customers/customer/sea.py`):

1. Its model inherits `Pooled` before `Record`; its migration adds the fields of the mixin.
2. It says once, when the models are loaded, what the words of the rules mean for it:

       POOLING = pool_entity(entity_of(Lead), Pooling(
           name=_("Lead pool"),              # the list of its own, the item of the menu
           followed="last_contact_at",       # when somebody last cared for a record
           stage="state",                    # the field whose steps count as progress, and
           steps=("new", "following"),       # its values from the first to the last
           deals=("converted",),             # those that are a deal
           region="region",
           conditions={"hot": Condition(_("Hot"), Q(heat__isnull=False), lambda lead: bool(lead.heat))},
       ))

3. Rooms below say when a record was cared for, so that a rule can be tried on the past:
   `POOLING.contacts.append(source)`, and may add further `conditions` (with a contract …).
4. `buttons(record, user)` and `row_buttons(user)` of `haike.pools.serve` join the entity's own.

What happens is said by `haike.pools.actions`: `claim`, `give_back`, `assign`; each takes some keys, is one batch that
can be undone and refuses record by record. A transfer by any other way (form, import, API, hand-over) to a pool's
account puts the record there just as well: `Pooled.given` keeps the facts right.
"""
