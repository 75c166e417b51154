"""Looks of choices: pick-lists of the data dictionary, fixed choices, regions."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.dictionary import words_of
from haike.kernel.division import divisions, find_division, full_name, lineage, short_names
from haike.kernel.escape import escape
from haike.kernel.fields import Pick, Picks, Region
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Look, Raw, many, one, shows
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import clean_text


class ChoiceLook(Look):
    """One of a few; subclasses say where the options come from."""

    kind = "choice"
    repeats = True
    operators = {"one_of": _("is one of"), "none_of": _("is none of"), **EMPTY_OPERATORS}

    def options(self, *, new: bool = False) -> dict[str, str]:
        """Codes and words, in order; `new` leaves out what may not be chosen any more."""
        flat = self.field.flatchoices if self.field is not None else []
        return {str(code): str(label) for code, label in flat if code not in (None, "")}

    def colour(self, code: str) -> str:
        """A Tabler colour or empty."""
        return ""

    def text(self, value: Any) -> str:
        return self.options().get(str(value), str(value)) if value not in (None, "") else ""

    def cell(self, value: Any) -> str:
        if value in (None, ""):
            return NOTHING
        colour = self.colour(str(value))
        text = escape(self.text(value))
        return f'<span class="tag tag-{colour}">{text}</span>' if colour else text

    def raw(self, value: Any) -> Raw:
        return "" if value is None else str(value)

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        chosen, options = one(raw), self.options(new=True)
        if chosen and chosen not in options:
            options[chosen] = self.text(chosen)
        items = "".join(
            f'<option value="{escape(code)}"{" selected" if code == chosen else ""}>{escape(text)}</option>'
            for code, text in options.items()
        )
        empty = '<option value="">—</option>' if not self.required or not chosen else ""
        search = ' data-island="picker"' if len(options) > 7 else ""
        return mark_safe(
            f'<select class="form-select"{search} {self.attributes(name, invalid=invalid)}>{empty}{items}</select>'
        )

    def code(self, text: str) -> str:
        """The code of an option written as code or as word, in either language; Refused when there is none."""
        options = self.options()
        if text in options:
            return text
        for code, word in options.items():
            if word.casefold() == text.casefold():
                return code
        raise Refused(
            _("“%(text)s” is not one of: %(options)s.")
            % {"text": text[:40], "options": ", ".join(list(self.options(new=True).values())[:20])}
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = clean_text(one(raw))
        return self.code(text) if text else self.empty_value()

    def empty_value(self) -> Any:
        if self.field is not None and self.field.has_default() and not self.field.null:
            return self.field.get_default()
        return super().empty_value()

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"]}

    def from_log(self, value: Any) -> str:
        return self.text(value)

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return super().condition(operator, value, by)
        found = Q(**{f"{self.column}__in": many(value)})
        return found if operator == "one_of" else ~found

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        if operator in EMPTY_OPERATORS:
            return mark_safe("")
        chosen = many(value)
        items = "".join(
            f'<option value="{escape(code)}"{" selected" if code in chosen else ""}>{escape(text)}</option>'
            for code, text in self.options().items()
        )
        return mark_safe(
            f'<select class="form-select" multiple data-island="picker" name="{escape(name)}" '
            f'aria-label="{escape(self.label)}">{items}</select>'
        )

    def say_value(self, value: Any) -> str:
        return ", ".join(self.text(code) for code in many(value))


@shows(models.Choices)  # type: ignore[arg-type]
class FixedChoiceLook(ChoiceLook):
    """One of the choices that the program knows, such as a state."""


@shows(Pick)
class PickLook(ChoiceLook):
    """One entry of a pick-list."""

    field: Pick

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {code: str(word) for code, word in words_of(self.field.dictionary, retired=not new).items()}

    def colour(self, code: str) -> str:
        word = words_of(self.field.dictionary).get(code)
        return word.colour if word else ""

    def text(self, value: Any) -> str:
        word = words_of(self.field.dictionary).get(value) if value else None
        return str(word) if word else (value or "")

    def cell(self, value: Any) -> str:
        word = words_of(self.field.dictionary).get(value) if value else None
        if word is None:
            return escape(value) if value else NOTHING
        text = escape(str(word))
        return f'<span class="tag tag-{word.colour}">{text}</span>' if word.colour else text

    def code(self, text: str) -> str:
        words = words_of(self.field.dictionary)
        if text in words:
            return text
        for code, word in words.items():
            if text.casefold() in (word.name.casefold(), word.name_en.casefold()):
                return code
        return super().code(text)


@shows(Picks)
class PicksLook(PickLook):
    """Several entries of a pick-list."""

    kind = "choices"
    multiple = True
    repeats = False

    def text(self, value: Any) -> str:
        return ", ".join(PickLook.text(self, code) for code in value or [])

    def cell(self, value: Any) -> str:
        return " ".join(PickLook.cell(self, code) for code in value) if value else NOTHING

    def raw(self, value: Any) -> Raw:
        return list(value or [])

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        chosen = many(raw)
        items = "".join(
            f'<option value="{escape(code)}"{" selected" if code in chosen else ""}>{escape(text)}</option>'
            for code, text in self.options(new=True).items()
        )
        return mark_safe(
            f'<select class="form-select" multiple data-island="picker" {self.attributes(name, invalid=invalid)}>'
            f"{items}</select>"
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        texts = raw if isinstance(raw, list) else str(raw).replace("，", ",").replace("、", ",").split(",")
        return [self.code(text) for text in (clean_text(part) for part in texts) if text]

    def from_json(self, value: Any, by: Actor) -> Any:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Refused(_("A list of words is expected."))
        return self.parse(value, by)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}

    def is_blank(self) -> Q:
        return Q(**{self.column: []})

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return Look.condition(self, operator, value, by)
        found = Q()
        for code in many(value):
            found |= Q(**{f"{self.column}__icontains": f'"{code}"'})
        return found if operator == "one_of" else ~found


@shows(Region)
class RegionLook(Look):
    """A province, city or district; typed by cascade, or as text in a sheet."""

    kind = "region"
    wide = True
    repeats = True
    operators = {"in": _("lies in"), "outside": _("does not lie in"), **EMPTY_OPERATORS}

    def text(self, value: Any) -> str:
        return full_name(value) if value else ""

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        return escape(short_names(value) or value)

    def raw(self, value: Any) -> Raw:
        return value or ""

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        path = [division.code for division in lineage(one(raw))]
        parts = [f'<input type="hidden" name="{escape(name)}" value="{escape(path[-1] if path else "")}">']
        for depth, label in enumerate((_("Province"), _("City"), _("District"))):
            known = depth <= len(path)
            choices = self.children(path[depth - 1] if depth else "") if known else {}
            items = "".join(
                f'<option value="{key}"{" selected" if key in path else ""}>{escape(text)}</option>'
                for key, text in choices.items()
            )
            wrong = f' aria-invalid="true" aria-describedby="error-{escape(name)}"' if invalid else ""
            mark = f'id="id_{escape(name)}"{wrong} ' if not depth else ""
            off = "" if choices else " disabled"
            parts.append(
                f'<select class="form-select" {mark}aria-label="{escape(label)}"{off}>'
                f'<option value="">{escape(label)}</option>{items}</select>'
            )
        return mark_safe(f'<div class="division" data-division="/divisions">{"".join(parts)}</div>')

    @staticmethod
    def children(parent: str) -> dict[str, str]:
        """The divisions directly below one, or the provinces."""
        return {division.code: division.name for division in divisions().values() if division.parent == parent}

    def parse(self, raw: Raw, by: Actor) -> Any:
        given = many(raw)
        text = clean_text(given[-1]) if given else ""
        if not text:
            return self.empty_value()
        code = find_division(text)
        if not code:
            raise Refused(_("“%(text)s” is no province, city or district that we know.") % {"text": text[:40]})
        return code

    def from_log(self, value: Any) -> str:
        return self.text(value)

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return super().condition(operator, value, by)
        given = many(value)
        code = find_division(given[-1]) if given else ""
        if not code:
            raise Refused(_("Choose a region."))
        depth = divisions()[code].level
        # Codes are nested: the first two digits are the province, four the city, six the district.
        found = Q(**{f"{self.column}__startswith": code[: depth * 2]})
        return found if operator == "in" else ~found

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        return mark_safe("") if operator in EMPTY_OPERATORS else self.widget(name, many(value))

    def say_value(self, value: Any) -> str:
        given = many(value)
        return self.text(given[-1]) if given else ""
