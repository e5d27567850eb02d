"""What no process of the hub and no command may load before it is used: it costs each start up to a second, and memory.

``python -X importtime -c "import services.app"`` shows where it comes from.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "apprise",
    "geopandas",
    "hypothesis",
    "joblib",
    "pandas",
    "pint",
    "playwright",
    "pyarrow",
    "pyogrio",
    "pytest",
    "scipy",
    "sklearn",
)
LEARNS = "train"  # the one command whose work the heaviest of them is
_ASK = """
import importlib, json, sys
found = {}
for name in sys.argv[1:]:
    before = set(sys.modules)
    importlib.import_module(name)
    found[name] = sorted({one.partition(".")[0] for one in set(sys.modules) - before})
print(json.dumps(found))
"""


def loaded(*modules: str) -> dict[str, set[str]]:
    """The packages that each of the modules brings into a fresh process, beyond those of the modules before it."""
    ran = subprocess.run([sys.executable, "-c", _ASK, *modules], capture_output=True, text=True, check=True)
    return {name: set(packages) for name, packages in json.loads(ran.stdout).items()}


def test_help_needs_nothing() -> None:
    assert not loaded("services.__main__")["services.__main__"] & {*HEAVY, "sqlalchemy", "aiohttp", "numpy", "shapely"}


def test_no_process_and_no_command_loads_what_is_heavy_before_it_is_used() -> None:
    folder = Path(__file__).parents[2] / "services" / "cli"
    commands = [file.stem for file in sorted(folder.glob("*.py")) if file.stem not in {"__init__", LEARNS}]
    found = loaded("services.app", *(f"services.cli.{name}" for name in commands))
    assert {name: packages & set(HEAVY) for name, packages in found.items() if packages & set(HEAVY)} == {}
