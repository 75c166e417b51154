"""Addresses of this room beside those that every entity gets."""

from django.urls import include, path

from haike.catalog.category import views as categories
from haike.catalog.paper import views as papers
from haike.catalog.picture import views as pictures
from haike.catalog.product import views

app_name = "catalog"
urlpatterns = [
    path("", include("haike.catalog.lines.pages")),
    path("product-categories/<int:pk>/move", categories.move_view, name="move_category"),
    path("product-categories/<int:pk>/merge", categories.merge_view, name="merge_category"),
    path("<slug:slug>/<int:pk>/paper", papers.paper_view, name="paper"),
    path("<slug:slug>/<int:pk>/paper/send", papers.send_paper_view, name="send_paper"),
    path("<slug:slug>/<int:pk>/lines.xlsx", papers.sheet_view, name="lines_sheet"),
    path("products/<int:pk>/pictures", pictures.add_view, name="add_pictures"),
    path("products/<int:pk>/pictures/<int:key>", pictures.picture_view, name="product_picture"),
    path("products/<int:pk>/pictures/<int:key>/show", pictures.show_view, name="show_picture"),
    path("products/<int:pk>/pictures/<int:key>/move", pictures.move_view, name="move_picture"),
    path("products/<int:pk>/pictures/<int:key>/out", pictures.out_view, name="take_picture_out"),
    path("products/<int:pk>/pictures/<int:key>/back", pictures.back_view, name="put_picture_back"),
    path("products/<int:pk>/cost-checked", views.cost_checked_view, name="cost_checked"),
]
