"""Addresses of this room beside those that every entity gets."""

from django.urls import path

from haike.customers.contact import views as contacts
from haike.customers.customer import card, heat_views
from haike.customers.map import views as maps
from haike.customers.paper import views as papers
from haike.customers.review import views as reviews

app_name = "customers"
urlpatterns = [
    path("customers/print", papers.print_view, {"slug": "customers"}, name="print"),
    path("contacts/print", papers.print_view, {"slug": "contacts"}, name="print_contacts"),
    path("customers/map/", maps.map_view, name="map"),
    path("customers/map/pins", maps.pins_view, name="pins"),
    path("customers/map/near", maps.near_view, name="near"),
    path("customers/map/route", maps.route_view, name="route"),
    path("customers/map/<int:pk>", maps.pin_view, name="pin"),
    path("customers/hot-first", heat_views.hot_first_view, name="hot_first"),
    path("customers/<int:pk>/heat", heat_views.heat_view, name="heat"),
    path("customers/<int:pk>/review", reviews.review_view, name="review"),
    path("customers/<int:pk>/cool", heat_views.cool_view, name="cool"),
    path("customers/<int:pk>/card", card.card_view, name="card"),
    path("customers/<int:pk>/stage/<slug:stage>", card.stage_view, name="stage"),
    path("contacts/book/", contacts.book_view, name="book"),
    path("contacts/chosen", contacts.chosen_view, name="chosen"),
    path("contacts/birthdays/", contacts.birthdays_view, name="birthdays"),
    path("contacts/vcards", contacts.vcards_view, name="vcards"),
    path("contacts/vcards/import", contacts.vcard_import_view, name="vcard_import"),
    path("contacts/vcards/<int:pk>/undo", contacts.vcard_undo_view, name="vcard_undo"),
    path("contacts/<int:pk>/main", contacts.main_view, name="main"),
    path("contacts/<int:pk>/vcard", contacts.vcard_view, name="vcard"),
]
