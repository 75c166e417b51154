"""Products, their tree and their prices; one import line per entity."""

from haike.catalog.access.entity import ProductAccessEntity
from haike.catalog.access.record import ProductAccess
from haike.catalog.category.entity import ProductCategoryEntity
from haike.catalog.category.record import ProductCategory
from haike.catalog.dictionaries import DICTIONARIES
from haike.catalog.lines.rules import BELOW_FLOOR
from haike.catalog.package.entity import ProductPackageEntity
from haike.catalog.package.record import PackageLine, ProductPackage
from haike.catalog.paper.entity import PrintTemplateEntity
from haike.catalog.paper.record import PrintChoice, PrintTemplate
from haike.catalog.picture.record import ProductPicture
from haike.catalog.product import reprice
from haike.catalog.product.cost import follower as cost_follower
from haike.catalog.product.entity import ProductEntity
from haike.catalog.product.parts import ProductPriceEntity, ProductUnitEntity
from haike.catalog.product.record import Product, ProductPrice, ProductUnit
from haike.customers.price_class.record import PriceClass
from haike.kernel.change import FOLLOWERS
from haike.kernel.dictionary import declare

__all__ = [
    "BELOW_FLOOR",
    "PackageLine",
    "PriceClass",
    "PrintChoice",
    "PrintTemplate",
    "PrintTemplateEntity",
    "Product",
    "ProductAccess",
    "ProductAccessEntity",
    "ProductCategory",
    "ProductCategoryEntity",
    "ProductEntity",
    "ProductPackage",
    "ProductPackageEntity",
    "ProductPicture",
    "ProductPrice",
    "ProductPriceEntity",
    "ProductUnit",
    "ProductUnitEntity",
    "reprice",
]

declare(DICTIONARIES)
FOLLOWERS.append(cost_follower)
