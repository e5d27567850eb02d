"""Telegrams whose word outlives the days in which all others are renewed.

A volcanic warning stands until the next one, for months or years. Ground that a strong earthquake shook bears less rain
for as long. So these are given to the models however old they are, and whoever clears old records away must leave them.
"""

from __future__ import annotations

from datetime import timedelta

from geo.official.volcanoes import SURVEY, WARNING

STANDING = (WARNING, SURVEY)  # until the next of the same volcano
REVISIONS = 8  # of each series: a withdrawal gives back what stood before
SHAKING = ("VXSE51", "VXSE53")  # 震度速報 by district, 震源・震度に関する情報 by municipality
STRONG = ("5-", "5+", "6-", "6+", "7")  # 震度 somewhere, from which the ground may have suffered
REMEMBERED = timedelta(days=366)  # of earthquakes
