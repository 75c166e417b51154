"""Products can be switched off."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

PRODUCTS = declare_module(
    Module(
        "products",
        _("Products"),
        _("The product tree, products with units and prices in classes, and rights by product group."),
        icon="package",
        code=("haike.catalog", "haike.customers.price_class"),
        entities=(
            "catalog.product",
            "catalog.productcategory",
            "catalog.productunit",
            "catalog.productprice",
            "catalog.productaccess",
            "catalog.productpackage",
            "customers.priceclass",
        ),
        fields=("price_class",),
        grants=("cost_price", "prices"),
        options=("catalog.",),
        dictionaries=("product_unit",),
    )
)
