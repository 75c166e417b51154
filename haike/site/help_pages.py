"""The manual inside the program: chapters, search, and the chapter that belongs to a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

# In the wheel the manual lies beside this file, in a checkout where writers look for it.
PLACES = (Path(__file__).parent / "manual", Path(__file__).parents[2] / "docs" / "manual")
PICTURES = (Path(__file__).parent / "pictures", Path(__file__).parents[2] / "docs" / "pictures")
ALIASES = {
    "roles": "users",
    "departments": "users",
    "settings": "administration",
    "imports": "import",
    "notices": "talk",
    "tags": "talk",
    "batches": "bulk",
    "jobs": "bulk",
    "exports": "lists",
    "claims": "duplicates",
    "handovers": "users",
    "tab-schemes": "users",
    "invitations": "users",
    "assignment-rules": "assignment",
    "files": "attachments",
    "signin": "sign-in",
}
PARTS = {
    "import": "import",
    "export": "lists",
    "pivot": "pivot",
    "map": "map",
    "duplicates": "duplicates",
    "bulk": "bulk",
    "bin": "bulk",
}
"""Chapters of pages that every kind of record has, by the word behind its address."""
SETTINGS = {"fields": "fields", "layout": "fields", "webhooks": "api", "rights": "users", "rights-check": "users"}


@dataclass(frozen=True)
class Chapter:
    """One page of the manual."""

    key: str
    title: str
    text: str


def chapter_about(path: str, own: str) -> str:
    """The chapter about the page at an address; `own` is that of the kind of record it belongs to, if any."""
    first, second = (path.strip("/").split("/") + [""])[:2]
    if first == "settings":
        return SETTINGS.get(second, first)
    return (PARTS.get(second) or own) if own else first


@cache
def chapters(language: str) -> dict[str, Chapter]:
    """All chapters in one language, in the order in which the index names them."""
    folder = next((place / language for place in PLACES if (place / language).is_dir()), None)
    if folder is None:
        return {}
    index = (folder / "index.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(([a-z-]+)\.md\)", index)
    found = {}
    for key in ["index", *named]:
        text = (folder / f"{key}.md").read_text(encoding="utf-8")
        found[key] = Chapter(key, text.partition("\n")[0].lstrip("# "), text)
    return found


def to_html(text: str) -> SafeString:
    """Our own Markdown as HTML; links between chapters and to pictures fit the program's addresses."""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    html = re.sub(r'href="(?:\./)?([a-z-]+)\.md(#[^"]*)?"', r'href="/help/\1/\2"', html)
    html = re.sub(r'src="(?:\.\./)+pictures/', 'src="/help/pictures/', html)
    return mark_safe(html)


def language_of(request: HttpRequest) -> str:
    """The language in which the manual is read."""
    return "en" if (get_language() or "").startswith("en") else "zh-Hans"


def help_view(request: HttpRequest, key: str = "index") -> HttpResponse:
    """A chapter, or what a search finds. A page without a chapter of its own opens the index."""
    known = chapters(language_of(request))
    words = request.GET.get("q", "").strip()[:60]
    chapter = known.get(ALIASES.get(key, key)) or known.get("index")
    if chapter is None:
        raise Http404
    context = {
        "chapters": known.values(),
        "chapter": chapter,
        "html": to_html(chapter.text),
        "q": words,
        "hits": find(known, words) if words else [],
    }
    return render(request, "site/help.html", context)


def find(known: dict[str, Chapter], words: str) -> list[dict[str, SafeString | str]]:
    """The paragraphs that hold all the words, each with its chapter."""
    wanted, hits = words.lower().split(), []
    for chapter in known.values():
        for paragraph in re.split(r"\n\s*\n", chapter.text):
            if all(word in paragraph.lower() for word in wanted):
                plain = re.sub(r"[#*`|\[\]]|\([^)]*\)", " ", paragraph).strip()
                hits.append({"url": f"/help/{chapter.key}/", "title": chapter.title, "text": escape(plain[:200])})
    return hits[:30]


def picture_view(request: HttpRequest, name: str) -> FileResponse:
    """A picture of the manual."""
    if not re.fullmatch(r"[a-z0-9-]+\.(png|webp)", name):
        raise Http404
    for place in PICTURES:
        if (place / name).is_file():
            answer = FileResponse((place / name).open("rb"))
            answer["Cache-Control"] = "private, max-age=3600"
            return answer
    raise Http404
