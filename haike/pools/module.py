"""Public seas and pools can be switched off."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

POOLS = declare_module(
    Module(
        "pools",
        _("Public seas and pools"),
        _("Records without an owner that members claim, and the nightly recycle. What lies in a pool stays there."),
        icon="ripple",
        code=("haike.pools",),
        entities=("pools.pool",),
        fields=("pool", "pooled_at", "protected_until"),
        cards=("recycling",),
        reminders=("recycled", "recycle_customers", "recycle_leads"),
        grants=("pools",),
    )
)
