"""The room of own fields."""

from importlib import import_module

from django.apps import AppConfig


class FieldsConfig(AppConfig):
    """Tells the kernel what each company adds to the declared entities."""

    name = "haike.fields"
    label = "fields"

    def ready(self) -> None:
        # Tables can be loaded only once all apps are known.
        entity = import_module("haike.kernel.entity").Entity
        entity.additions = import_module("haike.fields.own_field.additions").OwnAdditions()
        sources = import_module("haike.screens.layout").SOURCES
        sources.append(import_module("haike.fields.layout.held").laid_by)
        values = import_module("haike.fields.own_field.indexes").indexed_values
        import_module("haike.fields.demanded")
        import_module("haike.fields.proof")
        import_module("haike.find.own_index").wanted.append(values)
