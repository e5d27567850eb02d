"""Several threads ask the same layer at once, as the models and the pages do."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: what this is about does not raise, it ends the interpreter.
_ASK = """
import math, threading
import shapely
from geo.exposure import ranks
from geo.flooding.scenario import UNSTATED
from geo.layers.layer import Layer, Zone

def blob(x, y):
    turns = [math.tau * i / 2000 for i in range(2000)]
    return shapely.Polygon([(141 + x / 40 + math.cos(t) / 50, 39.7 + y / 40 + math.sin(t) / 50) for t in turns])

for _ in range(8):
    layer = Layer("a", "flood", [Zone(blob(x, y), {"depth_rank": 2}) for x in range(4) for y in range(4)], "1")
    areas = [blob(x + 0.3, y + 0.2) for x in range(3) for y in range(3)]
    shapely.prepare(areas)
    def ask():
        for area in areas:
            assert ranks.__wrapped__(layer, area) == {UNSTATED: 2}
    threads = [threading.Thread(target=ask) for _ in range(3)]
    [one.start() for one in threads]
    [one.join() for one in threads]
print("whole")
"""


def test_the_depths_of_areas_are_asked_for_by_several_threads_at_once() -> None:
    ran = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, timeout=100, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "whole\n", "")
