from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "haike.work"
    label = "work"
