"""Japanese passages of a page in another language: marked, so that a screen reader changes its voice for them.

Names of places, what people wrote and the texts of alerts stay as they are. Nobody has to remember which of a page's
values may be Japanese: this reads the page once more, and marks every passage that no element has marked.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_LANG = re.compile(r"\slang=\"([^\"]*)\"")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_WHOLE = frozenset({"option", "textarea", "title"})  # hold no elements: they are marked themselves
_RAW = frozenset({"script", "style"})
_LETTER = r"[々〆ヵヶ\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]"
_BESIDE = r"[\u3000-\u303f\uff00-\uffef・…\d\s.,:;/()+-]"  # stands between Japanese letters and belongs to them
PASSAGE = re.compile(rf"[「『【（]*{_LETTER}(?:{_BESIDE}*{_LETTER})*[」』】）。！？、]*")


def marked(page: str) -> str:
    """The page with ``lang="ja"`` around each Japanese passage that stands in another language."""
    out: list[str] = []
    open_: list[tuple[str, str, int]] = []  # element, language inside, where in ``out`` its tag stands
    at = 0
    for token in _TOKEN.finditer(page):
        _text(page[at : token.start()], out, open_)
        at = token.end()
        out.append(token[0])
        _tag(token[0], open_, len(out) - 1)
    _text(page[at:], out, open_)
    return "".join(out)


def _tag(token: str, open_: list[tuple[str, str, int]], place: int) -> None:
    named = _TAG.match(token)
    if named is None:
        return
    name = named[2].lower()
    if named[1]:
        while open_ and open_.pop()[0] != name:
            pass  # a <p>, <li> or <td> that nobody closed ends with what it stands in
    elif name not in _VOID and not token.endswith("/>"):
        own = _LANG.search(token)
        open_.append((name, own[1] if own else open_[-1][1] if open_ else "", place))


def _text(text: str, out: list[str], open_: list[tuple[str, str, int]]) -> None:
    name, language, place = open_[-1] if open_ else ("", "", 0)
    if name in _RAW or language.startswith("ja") or not PASSAGE.search(text):
        out.append(text)
    elif name in _WHOLE:
        out.append(text)
        if not _LANG.search(out[place]):
            out[place] = f'{out[place][:-1]} lang="ja">'
    else:
        out.append(PASSAGE.sub(lambda passage: f'<span lang="ja">{passage[0]}</span>', text))
