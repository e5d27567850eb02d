"""Cutting a long text into posts: nothing lost, nothing cut inside what people see as one character."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import regex

Weigh = Callable[[str], int]

WORD = r"[A-Za-z0-9]+(?:[.,:/'’-][A-Za-z0-9]+)*"  # a Latin word, number or time: not to be torn
_GRAPHEME = regex.compile(r"\X")
_FORBIDDEN = regex.compile(r"[^\P{Cc}\n]|[\uFEFF\uFFFE\uFFFF]|\p{Cs}")  # what providers refuse or drop silently
_SENTENCE_END = regex.compile(r"[。！？!?\n」』】)]$")
_CLAUSE_END = regex.compile(r"[、，,;；:：・\s]$")
_NEVER_FIRST = regex.compile(r"^[、。，．・：；！？!?,.:;)\]）」』】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%％]")
_NEVER_LAST = regex.compile(r"[(\[（「『【〈《]$")


@dataclass(frozen=True, slots=True)
class Scale:
    """How a provider measures: ``weigh`` gives the weight of a text; ``together`` matches what must not be torn."""

    weigh: Weigh
    together: regex.Pattern[str]


def prepared(text: str) -> str:
    """The text in NFC with plain line ends, without control characters and without blank lines or edges."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    lines = (line.strip() for line in _FORBIDDEN.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def clipped(text: str, limit: int, scale: Scale) -> str:
    """The text on one line, shortened with an ellipsis to the weight ``limit``. For labels only, never for bodies."""
    line = " ".join(prepared(text).split())
    if scale.weigh(line) <= limit:
        return line
    pieces = _GRAPHEME.findall(line)
    while pieces and scale.weigh("".join(pieces).rstrip() + "…") > limit:
        pieces.pop()
    return "".join(pieces).rstrip() + "…"


def split(text: str, rooms: Callable[[int], int], scale: Scale) -> tuple[str, ...]:
    """Cut ``text`` into pieces, the n-th (from 0) weighing at most ``rooms(n)``.

    Cuts fall after a sentence where one ends in the second half of a piece, else after a clause, else between any two
    graphemes that Japanese line breaking allows to part. Only white space at a cut is dropped. Raises ValueError
    where a single grapheme is heavier than a whole piece.
    """
    atoms = _atoms(text, scale)
    pieces: list[str] = []
    while atoms:
        room = rooms(len(pieces))
        count = _fitting(atoms, room, scale)
        if count == 0:
            graphemes = _GRAPHEME.findall(atoms[0])
            if len(graphemes) == 1:
                raise ValueError(
                    f"the character {graphemes[0][:4]!r}… weighs {scale.weigh(graphemes[0])}, but a post has only "
                    f"{room} left; take the stacked marks out of the text"
                )
            atoms[:1] = graphemes
            continue
        cut = count if count == len(atoms) else _best_cut(atoms, count)
        pieces.append("".join(atoms[:cut]))
        atoms = atoms[cut:]
        while atoms and atoms[0].isspace():
            atoms.pop(0)
    return tuple(pieces)


def _atoms(text: str, scale: Scale) -> list[str]:
    """Graphemes, with those inside one link or one Latin word glued together."""
    glued = {place for found in scale.together.finditer(text) for place in range(found.start() + 1, found.end())}
    atoms: list[str] = []
    for grapheme in _GRAPHEME.finditer(text):
        if grapheme.start() in glued:
            atoms[-1] += grapheme[0]
        else:
            atoms.append(grapheme[0])
    return atoms


def _fitting(atoms: list[str], room: int, scale: Scale) -> int:
    """How many of the first atoms weigh no more than ``room`` together."""
    total = count = 0
    for atom in atoms:
        total += scale.weigh(atom)
        if total > room:
            break
        count += 1
    while count and scale.weigh("".join(atoms[:count])) > room:  # torn from their context, atoms may read as a link
        count -= 1
    return count


def _best_cut(atoms: list[str], count: int) -> int:
    def rank(cut: int) -> tuple[int, int]:
        before, after = atoms[cut - 1], atoms[cut]
        if _NEVER_FIRST.search(after) or _NEVER_LAST.search(before):
            return 0, cut
        if _SENTENCE_END.search(before):
            return 3, cut
        return (2 if _CLAUSE_END.search(before) or after.isspace() else 1), cut

    return max(range(max(1, count // 2), count + 1), key=rank)
