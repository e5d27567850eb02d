"""An utterance as SSML 1.1 (W3C, www.w3.org/TR/speech-synthesis11), for the machines that read aloud.

What is written stays as it is, with its reading as a ``sub`` alias; Japanese names in an English text are said in
Japanese; chimes are marks, at which the player sounds its own.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from rules.voice.japanese import Said
from rules.voice.script import Utterance
from rules.voice.tongue import TONGUES

NAMESPACE = "http://www.w3.org/2001/10/synthesis"


def ssml(utterance: Utterance) -> str:
    """The document. Its ``meta`` elements tell the name of the utterance, the alert and its status."""
    form = utterance.form
    pause = f'<break time="{form.pause_ms}ms"/>'
    spoken = pause.join(f"<s>{''.join(map(_piece, one))}</s>" for one in utterance.sentences)
    if form.slowness > 1:
        spoken = f'<prosody rate="{100 / form.slowness:.0f}%">{spoken}</prosody>'
    chimes = ('<mark name="chime-up"/>', '<mark name="chime-down"/>') if form.chimes else ("", "")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<speak version="1.1" xmlns="{NAMESPACE}" xml:lang="{TONGUES[utterance.language].tag}">'
        f'<meta name="shirase-name" content={quoteattr(utterance.name)}/>'
        f'<meta name="shirase-alert" content={quoteattr(utterance.identifier)}/>'
        f'<meta name="shirase-status" content={quoteattr(utterance.status)}/>'
        f"{chimes[0]}<p>{spoken}</p>{chimes[1]}</speak>\n"
    )


def _piece(piece: Said) -> str:
    said = escape(piece.written)
    if piece.reading and piece.reading != piece.written:
        said = f"<sub alias={quoteattr(piece.reading)}>{said}</sub>"
    return f'<lang xml:lang="ja-JP">{said}</lang>' if piece.foreign else said
