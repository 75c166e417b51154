from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "haike.customers"
    label = "customers"
