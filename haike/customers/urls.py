"""Addresses of this room beside those that every entity gets."""

from django.urls import path

from haike.customers.contact import views as contacts
from haike.customers.customer import card, grid

app_name = "customers"
urlpatterns = [
    path("customers/grid", grid.grid_view, name="grid"),
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
