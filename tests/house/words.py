"""The sentences that are wrapped, found where they stand; and the ones that are not.

``python -m tests.house.words`` (``make words``) brings the catalogue up to date: new sentences come in without
English, those that stand nowhere any more go. Whoever wrote a sentence then writes its English into ``en.po``.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from services.web.language.catalogue import FOLDER
from tests.house import scripts

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "services/web"
SAYING = {".html": {"_", "both"}, ".js": {"t", "pieces"}, ".py": {"_", "N_", "both"}}
# What data are compared with or cut at is no sentence.
CUTTING = {"split", "partition", "rpartition", "replace", "includes", "startsWith", "endsWith", "join"}
JAPANESE = re.compile(r"[々〆\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uff66-\uff9f]")
TABLES = {
    "rules.damage.items": ("GROUPS_JA",),
    "rules.damage.report": ("FORMS",),
    "rules.dumps.words": ("STATES_JA", "CROWDS_JA", "ACTS_JA"),
    "rules.muster.answer": ("SAFETY_JA", "FAMILY_JA", "HOME_JA", "COMING_JA", "SOON"),
    "rules.muster.want": ("WANT_JA",),
    "rules.orders.decision": ("KINDS_JA",),
    "rules.orders.words": ("ACTS_JA", "STATES_JA"),
    "rules.reports.kinds": ("FOUND_JA",),
    "services.accounts.scopes": ("GIVEN",),
    "services.damage.words": ("CERTAINTY_JA",),
    "services.desks.declared_board": ("OPENINGS", "CROWDINGS"),
    "services.ledger.words": ("DOING", "MACHINE"),
    "services.listening.desk": ("ACTS_JA",),
    "services.muster.desk": ("STATE_JA",),
    "services.story.steps": ("TITLES",),
}
_HEAD = "# Sentences of the desk. Written by hand; kept in order by `make words`. How: docs/words.md.\n"


@dataclass(frozen=True, order=True)
class Found:
    """A Japanese text of a file. ``said``: it is the sentence of a call that translates."""

    path: str
    line: int
    text: str
    said: bool


def sources() -> Iterator[Path]:
    """Every file that may hold a sentence of the desk."""
    for folder, pattern in ((WEB / "templates", "*.html"), (WEB / "static/js", "**/*.js"), (WEB, "**/*.py")):
        yield from sorted(folder.glob(pattern))


def texts(path: Path) -> list[Found]:
    """Every text of the file that is said or Japanese."""
    name, source = path.relative_to(ROOT).as_posix(), path.read_text()
    read = {".html": _of_template, ".js": _of_module, ".py": _of_python}[path.suffix]
    return [Found(name, *one) for one in read(source) if one[2] or JAPANESE.search(one[1])]


def said() -> list[Found]:
    """Every sentence that the catalogue must have."""
    return [one for path in sources() for one in texts(path) if one.said] + list(_tabled())


def _tabled() -> Iterator[Found]:
    """Words of the tables below the web floor, which the web says by ``_()``."""
    for module, names in TABLES.items():
        path = module.replace(".", "/") + ".py"
        for name in names:
            for value in getattr(import_module(module), name).values():
                yield Found(path, 0, value, True)


def bare(path: Path) -> list[Found]:
    """Japanese that stands in no translating call."""
    return [one for one in texts(path) if not one.said]


def _of_template(source: str) -> Iterator[tuple[int, str, bool]]:
    """Texts between the tags of the template language, and the strings inside them."""
    tokens = [one for one in jinja2.Environment(autoescape=True).lex(source) if one[1] != "whitespace"]
    for place, (line, kind, text) in enumerate(tokens):
        if kind == "data":
            for offset, part in enumerate(text.split("\n")):
                yield line + offset, part.strip(), False
        elif kind == "string":
            before, after = [word for _, _, word in tokens[max(0, place - 2) : place]], tokens[place + 1][2]
            call = before[0] if before[-1] == "(" else ""
            if call not in CUTTING and after not in {"in", "=="} and before[-1] != "==":
                yield line, ast.literal_eval(text), call in SAYING[".html"]


def _of_python(source: str) -> Iterator[tuple[int, str, bool]]:
    """String constants that are no docstrings."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    sayings = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in SAYING[".py"]
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value, id(node) in sayings


def _of_module(source: str) -> Iterator[tuple[int, str, bool]]:
    for line, text, call, whole in scripts.texts(source):
        if call not in CUTTING:
            yield line, text, whole and call in SAYING[".js"]


def read(language: str) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def renewed(language: str, found: Sequence[Found]) -> bytes:
    """The catalogue with exactly what is said, in the order of the files; the English that is known is kept."""
    old = {one.id if isinstance(one.id, str) else one.id[0]: one for one in read(language)}
    new = Catalog(locale=language, fuzzy=False, header_comment=_HEAD.strip())
    places: dict[str, list[str]] = {}
    for one in found:
        places.setdefault(one.text, []).append(one.path)
    for text, paths in places.items():
        known = old[text].string if text in old else ""
        forms = tuple(known) if isinstance(known, (tuple, list)) else (known, known)
        counts = "{n}" in text
        new.add(
            (text, text) if counts else text,
            forms if counts else forms[0],
            locations=[(path, 1) for path in sorted(set(paths))],
        )
    out = io.BytesIO()
    write_po(out, new, width=0, include_lineno=False, omit_header=True)
    return f"{_HEAD}{_FACTS.format(language=language)}\n".encode() + out.getvalue()


_FACTS = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def main() -> int:
    """Write the catalogue; exit code 1 while a sentence has no English."""
    (FOLDER / "en.po").write_bytes(renewed("en", said()))
    open_ = [
        one.id for one in read("en") if one.id and not all([one.string] if isinstance(one.string, str) else one.string)
    ]
    for sentence in open_:
        print("no English yet:", sentence if isinstance(sentence, str) else sentence[0], file=sys.stderr)
    return 1 if open_ else 0


if __name__ == "__main__":
    raise SystemExit(main())
