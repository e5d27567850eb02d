"""In which language the desk speaks: Japanese, as it is written, or what the catalogue has for it.

A sentence is written in Japanese where it is shown, inside ``_()`` (pages and Python) or ``t()`` (scripts), whole and
with named gaps: ``_('承認待ち {n}件', n=3)``. ``en.po`` beside this has the English. See ``docs/words.md``.
"""
