from django.apps import AppConfig


class HostedConfig(AppConfig):
    name = "haike.site.hosted"
    label = "hosted"
