"""Messages are found in Python and templates, and what is amiss is found."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from haike.site import catalogues
from haike.site.words import check, extract, update
from haike.site.words.compile import compile_stale
from haike.site.words.extract import Message

PAGE = """{% load i18n %}{# a remark #}
<p title="{% translate "Hello 'you'" %}">{% blocktranslate count n=x %}{{ n }} customer{% plural %}{{ n }} customers
100%{% endblocktranslate %}</p>
{% translate "Save" context "button" %} {{ _("Inside")|upper }} {% include "x.html" with a=_("Given") %}
"""
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("Plain")
B = ngettext("one %(n)s", "many %(n)s", 3)
C = pgettext("of a person", "Title")
D = _("in two "
      "pieces")
E = f"{_('Within another')} {ngettext('%(n)s row', '%(n)s rows', 3)}"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with two rooms, both of which say "Plain"."""
    root = tmp_path / "haike"
    (root / "kernel/templates/kernel").mkdir(parents=True)
    (root / "people/tests").mkdir(parents=True)
    (root / "kernel/templates/kernel/page.html").write_text(PAGE)
    (root / "kernel/record.py").write_text(CODE)
    (root / "people/user.py").write_text('A = _("Plain")\nB = _("Own {name}")\n')
    (root / "people/tests/test_user.py").write_text('A = _("Of a test")\n')
    for module in (catalogues, extract, update, check):
        monkeypatch.setattr(module, "PACKAGE", root)
    for module in (extract, check):
        monkeypatch.setattr(module, "ROOMS", ("kernel", "people"))
    return root


def translate(path: Path) -> None:
    before, after = ('msgid "Own {name}"\nmsgstr "' + text for text in ('"', '自己的 {name}"'))
    path.write_text(path.read_text().replace(before, after))


def test_messages_of_templates(package: Path) -> None:
    found = {(m.context, m.text, m.plural) for m in extract.in_template(package / "kernel/templates/kernel/page.html")}
    assert found == {
        ("", "Hello 'you'", ""),
        ("", "%(n)s customer", "%(n)s customers\n100%%"),
        ("button", "Save", ""),
        ("", "Inside", ""),
        ("", "Given", ""),
    }


def test_messages_of_python(package: Path) -> None:
    found = {(m.context, m.text, m.plural) for m in extract.in_python(package / "kernel/record.py")}
    assert found == {
        ("", "Plain", ""),
        ("", "one %(n)s", "many %(n)s"),
        ("of a person", "Title", ""),
        ("", "in two pieces", ""),
        ("", "Within another", ""),
        ("", "%(n)s row", "%(n)s rows"),
    }


def test_a_later_room_does_not_repeat_an_earlier_one(package: Path) -> None:
    assert [text for _context, text in extract.messages_of_all()["people"]] == ["Own {name}"]


def test_update_keeps_translations_and_drops_what_is_gone(package: Path) -> None:
    update.update()
    path = catalogues.catalogue_of(package / "people")
    path.write_text(
        path.read_text().replace('msgid "Own {name}"\nmsgstr ""', 'msgid "Own {name}"\nmsgstr "自己的 {name}"')
    )
    with (package / "people/user.py").open("a") as out:
        out.write('C = _("New")\n')
    assert update.update()["people"] == (2, 1, True)
    (package / "people/user.py").write_text('B = _("Own {name}")\n')
    assert update.update()["people"] == (1, 0, True)
    assert update.update()["people"] == (1, 0, False)
    assert '"自己的 {name}"' in path.read_text()
    assert check.check()[0].startswith("haike/kernel/locale/zh_Hans/LC_MESSAGES/django.po: ")


def test_a_message_that_moves_takes_its_translation_along(package: Path) -> None:
    update.update()
    path = catalogues.catalogue_of(package / "people")
    path.write_text(
        path.read_text().replace('msgid "Own {name}"\nmsgstr ""', 'msgid "Own {name}"\nmsgstr "自己的 {name}"')
    )
    (package / "people/user.py").rename(package / "kernel/user.py")
    update.update()
    assert '"自己的 {name}"' in catalogues.catalogue_of(package / "kernel").read_text()


def test_compile_writes_only_what_has_changed(package: Path) -> None:
    update.update()
    assert compile_stale() == 2
    assert compile_stale() == 0


@pytest.mark.parametrize(
    ("message", "translation", "problem"),
    [
        (Message("Hello {name}"), "你好 {nmae}", "placeholders differ: {name} {nmae}"),
        (Message("one %(n)s", "many %(n)s"), ("共 %(m)s 个",), "placeholders differ: %(m)s %(n)s"),
        (Message("Stop, now"), "停下,现在", "half-width punctuation after Chinese: '下,'"),
        (Message("one", "many %(n)s"), ("共 %(n)s 个",), None),
        (Message("Stop"), "停下！", None),
    ],
)
def test_broken_translations(message: Message, translation: str | tuple[str, ...], problem: str | None) -> None:
    catalogue = Catalog(locale="zh_Hans")
    entry = catalogue.add((message.text, message.plural) if message.plural else message.text, translation)
    assert list(check.in_translation(message, entry)) == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>客户</p>", ["客户"]),
        ("<p>\n  Some text</p>", ["Some text"]),
        ('<input placeholder="your name">', ["your name"]),
        ('{% include "x.html" with label="客户" %}', ['include "x.html" with label="客户"']),
        ("{% blocktranslate %}Some text 客户{% endblocktranslate %}", []),
        ('<p class="wide" data-x="some text">{% translate "Some" %} × 3 &nbsp; Excel</p>', []),
        ("<svg><title>some</title></svg><code>make run</code><script>let some = 1</script>", []),
        ('<button lang="en">English</button> <span translate="no">Some</span>', []),
        ("{# some remark 客户 #}{% comment %}{% endcomment %}", []),
    ],
)
def test_bare_text_in_templates(page: str, found: list[str], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page)
    assert [text for _line, text in check.bare(path)] == found
