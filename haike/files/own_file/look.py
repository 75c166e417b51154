"""How an own field with a file or a picture looks on every surface.

The record keeps the id of the upload with its name, kind and size, so that lists, log and export need no query.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.fields.own_field.kinds import KINDS, Kind
from haike.fields.own_field.looks import OwnLook
from haike.files import rules
from haike.files.kinds import FAMILIES
from haike.files.own_file.actions import keep_upload, usable
from haike.files.own_file.record import Upload
from haike.files.preview.picture import DRAWN
from haike.kernel.entity import entity_of
from haike.kernel.escape import escape
from haike.kernel.icon import icon
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Raw, one
from haike.refused import Refused

HOME = re.compile(r"/[a-z0-9-]+/\d+/file/own_[a-z0-9_]+/")
LONGEST_RAW = 2_000
OPERATORS = {"contains": _("contains"), "lacks": _("does not contain"), **EMPTY_OPERATORS}
BY_FORM = _("A file is uploaded on the form of the record or by the API.")


@dataclass(frozen=True)
class Held:
    """What a record knows of its file; `home` is where the record serves it, "" away from a record."""

    id: int
    name: str
    kind: str
    size: int
    home: str = ""


class OwnFile(OwnLook):
    """A file of any kind."""

    kind = "file"
    compares = "full"
    by_file = True
    wide = True
    operators = OPERATORS
    only: ClassVar[frozenset[str]] = frozenset()
    """The endings that are taken; empty for all that may be attached."""

    def get(self, record: Any) -> Any:
        stored = self.stored(record)
        if stored is None:
            return None
        for step in self.path.split("__")[:-1]:
            record = getattr(record, step)
        home = f"{entity_of(record).url_of(record)}file/{self.name}/" if record.pk else ""
        return Held(**self.load(stored), home=home)

    def load(self, stored: Any) -> Any:
        return {name: stored[name] for name in ("id", "name", "kind", "size")}

    def from_stored(self, value: Any) -> Any:
        return None if self.blank(value) else Held(**self.load(value))

    def dump(self, value: Any) -> Any:
        found = self.to_json(value)
        return {**found, "full": found["name"]}

    def text(self, value: Any) -> str:
        return value.name if value else ""

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        label = f'{icon(FAMILIES[value.kind].icon)}<bdi class="cut">{escape(value.name)}</bdi>'
        if not value.home:
            return mark_safe(f'<span class="file-cell">{label}</span>')
        title = escape(f"{value.name} · {filesizeformat(value.size)}")
        address = escape(value.home)
        return mark_safe(f'<a class="file-cell" href="{address}" data-dialog="wide" title="{title}">{label}</a>')

    # -- typing ----------------------------------------------------------------------------------------------------

    def raw(self, value: Any) -> Raw:
        return json.dumps([value.id, value.name, value.kind, value.home], ensure_ascii=False) if value else ""

    def shown(self, raw: Raw) -> tuple[str, str, str]:
        """Name, kind and home of what a form holds; empty where it holds nothing."""
        __, name, kind, home = _facts(raw)
        home = home if isinstance(home, str) and HOME.fullmatch(home) else ""
        return str(name), kind if kind in FAMILIES else "other" if name else "", home

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        key, (said, kind, __) = escape(name), self.shown(raw)
        sign = icon(FAMILIES[kind].icon if kind else "paperclip")
        words = escape(said) if said else escape(_("No file yet"))
        return mark_safe(
            f'<div class="file-field" data-island="file" data-most="{rules.LARGEST()}" '
            f'data-nothing="{escape(_("No file yet"))}">'
            f'<span class="file-cell{"" if said else " faint"}" data-file-name>{sign}'
            f'<bdi class="cut">{words}</bdi></span>'
            f"{self._buttons(key, one(raw) if said else '', invalid=invalid, accept='')}</div>"
        )

    def _buttons(self, key: str, kept: str, *, invalid: bool, accept: str) -> str:
        choose, remove = escape(_("Choose a file")), escape(_("Remove"))
        taken = f' accept="{accept}"' if accept else ""
        return (
            f'<span class="file-buttons"><input class="unseen" type="file"{taken} '
            f"{self.attributes(key, invalid=invalid)}>"
            f'<label class="btn btn-s" for="id_{key}">{choose}</label> '
            f'<button class="btn btn-s btn-quiet" type="button" data-picture-remove{"" if kept else " hidden"}>'
            f"{remove}</button></span>"
            f'<input type="hidden" name="{key}" value="{escape(kept)}">'
            f'<input type="hidden" name="{key}-clear" value="" data-picture-clear>'
        )

    def parse(self, raw: Any, by: Any) -> Any:
        if isinstance(raw, UploadedFile):
            if raw.size is not None and raw.size > rules.largest():
                raise rules.too_large()
            return self.held(keep_upload(self.own, raw.chunks(), str(raw.name), size=raw.size, only=self.only, by=by))
        return self._given(_facts(raw)[0], by) if one(raw) else self.empty_value()

    def held(self, upload: Upload) -> Held:
        """What a record keeps of an upload."""
        return Held(upload.pk, upload.name, upload.blob.family, upload.blob.size)

    def _given(self, key: Any, by: Any) -> Held:
        upload = usable(self.own, key, by) if isinstance(key, int) and not isinstance(key, bool) else None
        if upload is None:
            raise Refused(_("There is no such file. Upload it first and give its id."))
        return self.held(upload)

    # -- API and sheets --------------------------------------------------------------------------------------------

    def to_json(self, value: Any) -> Any:
        if not value:
            return None
        return self.load(value if isinstance(value, dict) else vars(value))

    def from_json(self, value: Any, by: Any) -> Any:
        if value is None:
            return self.empty_value()
        return self._given(value.get("id") if isinstance(value, dict) else value, by)

    def schema(self) -> dict[str, Any]:
        facts = {"id": "integer", "name": "string", "kind": "string", "size": "integer"}
        properties = {name: {"type": kind} for name, kind in facts.items()}
        return {"type": ["object", "integer", "null"], "properties": properties}

    def from_log(self, value: Any) -> str:
        return str(value["name"]) if value else ""

    def from_sheet(self, value: Any, by: Any) -> Any:
        raise Refused(BY_FORM)


class OwnPicture(OwnFile):
    """A picture, shown small."""

    kind = "image"
    only = DRAWN

    def cell(self, value: Any) -> str:
        if not value or not value.home:
            return super().cell(value)
        title, source = escape(value.name), escape(f"{value.home}content/96?v={value.id}")
        return mark_safe(
            f'<a href="{escape(value.home)}" data-dialog="wide" title="{title}">'
            f'<img class="thumb" loading="lazy" src="{source}" alt="{title}"></a>'
        )

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        key, (said, __, home) = escape(name), self.shown(raw)
        view = icon("photo-plus")
        if home:
            view = mark_safe(f'<img src="{home}content/96?v={escape(said)}" alt="{escape(said)}">')
        elif said:
            view = mark_safe(f'{icon("photo-check")}<span class="unseen">{escape(said)}</span>')
        buttons = self._buttons(key, one(raw) if said else "", invalid=invalid, accept="image/*")
        return mark_safe(
            f'<div class="picture" data-picture="{rules.LARGEST()}">'
            f'<label class="picture-view" for="id_{key}">{view}</label>'
            f"{buttons}</div>"
        )


def _facts(raw: Raw) -> list[Any]:
    """What `raw` has put into a form: id, name, kind and home; four empty ones for anything else."""
    text = one(raw)
    try:
        found = json.loads(text) if len(text) <= LONGEST_RAW else None
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, list) and len(found) == 4 else ["", "", "", ""]


def add_kinds() -> None:
    """Let administrators choose these kinds."""
    asks = frozenset({"required"})
    KINDS["file"] = Kind("file", _("File"), "file", OwnFile, _("A contract, a certificate, a drawing"), asks)
    KINDS["image"] = Kind("image", _("Picture"), "photo", OwnPicture, _("A photo, shown small in lists"), asks)
