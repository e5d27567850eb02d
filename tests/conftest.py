"""Fixtures of the whole suite: a real store, real data where it lies, and honesty about missing parts."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from services.store.engine import Store
from services.store.tables import metadata
from tests.examples import examples
from tests.postgresql import Cluster, Psql, binaries, cluster
from tests.stores import template

# A busy machine is no fault of what is tested. Where a change waits to land the examples are the same each time: what a
# new one would find is nearly never of that change. Everywhere else, and in `make examples`, they are new each time.
settings.register_profile("suite", deadline=None, derandomize=os.environ.get("CI") == "true", max_examples=examples(40))
settings.load_profile("suite")


# As often as Python does it by itself, looking for cycles among all that is imported takes a quarter of the suite;
# and what is imported and collected has none that are worth a look.
gc.set_threshold(20_000)
gc.disable()


def plain_logs() -> None:
    """Tracebacks as Python prints them, as in the hub's own log: drawn in colours, with every local variable, one takes
    half a second, and a test in which the store fails writes dozens."""
    *before, _ = structlog.get_config()["processors"]
    last = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, last])


plain_logs()


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that sets up its own log sends it to a stream that ends with its test; the next one's would fail."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: from here on only what tests make is looked through."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test shows of the floors above the store it need not show on both engines: half of the time is theirs."""
    items[:] = [item for item in items if not (item.get_closest_marker("one_engine") and _engine(item) == "postgresql")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing is passed over, whichever way a test says that its part is missing."""
    report = yield
    passed_over = report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("beyond")
    if passed_over and os.environ.get("CI") == "true":
        report.outcome, report.longrepr = "failed", f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """A failure that hypothesis makes small takes up to five minutes; cut off there, it is told as a machine that draws
    differently each time, and not as what failed. A long run takes as long as it takes."""
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker(pytest.mark.timeout(0 if "SHIRASE_EXAMPLES" in os.environ else 600))


def _engine(item: pytest.Item) -> object:
    return (
        item.callspec.params.get("store") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A private PostgreSQL for the session."""
    yield from _server()


@pytest.fixture
def falling() -> Iterator[Cluster]:
    """A PostgreSQL of the test's own, to be felled."""
    yield from _server()


def _server() -> Iterator[Cluster]:
    programs = binaries()
    if programs is None:
        missing("no PostgreSQL server here: install the distribution's postgresql, or set SHIRASE_POSTGRESQL")
    with cluster(programs) as started:
        yield started


@pytest.fixture(scope="session")
def postgresql_url(postgresql: Cluster) -> str:
    """A database that tests empty and use one after the other."""
    return postgresql.database("tests")


@pytest.fixture(scope="session")
def emptier(postgresql: Cluster, postgresql_url: str) -> Iterator[Psql]:
    """Stays at that database from the first test to the last."""
    with postgresql.session("tests") as session:
        yield session


@pytest.fixture
def emptied(postgresql_url: str, emptier: Psql) -> str:
    """The same database with nothing in it. What a test has broken is built anew by the next who opens it."""
    if not emptier.run(_emptying()):  # a test has dropped or renamed a table, or this is the first
        assert emptier.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return postgresql_url


@pytest.fixture(scope="session")
def migrated() -> Path:
    """An empty SQLite store with the tables of today, for all to copy."""
    return template()


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> AsyncIterator[Store]:
    """A fresh store: SQLite on disk, and once more PostgreSQL where the test is not marked ``one_engine``."""
    if request.param == "sqlite":
        shutil.copy(migrated, tmp_path / "shirase.db")
        opened = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
    else:
        opened = await Store.open(request.getfixturevalue("emptied"))
    yield opened
    await opened.close()


_EMPTYING = """DO $$ DECLARE one text; BEGIN
IF (SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename IN ({tables})) < {many} THEN
  RAISE undefined_table;
END IF;
SET LOCAL session_replication_role = replica;
SET LOCAL lock_timeout = '20s';
FOR one IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
FOR one IN SELECT format('%I', sequencename) FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
  LOOP PERFORM setval(one, 1, false); END LOOP;
END $$"""


@cache
def _emptying() -> str:
    """Every row deleted and every sequence set back, as one statement in a session that stays open.

    Of a hundred tables a test fills a handful: the others are not touched. TRUNCATE would make, and sync, new files.
    """
    names = [table.name for table in metadata.sorted_tables]
    return _EMPTYING.format(tables=", ".join(f"'{name}'" for name in names), many=len(names))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real telegrams, layers and series; tests that need it say so when it is missing."""
    named = os.environ.get("SHIRASE_REAL_DATA", "")
    if not named or not Path(named).is_dir():
        missing("SHIRASE_REAL_DATA names no folder of real data")
    return Path(named)


def missing(what: str) -> None:
    """Skip on a laptop, fail in CI: a part that is not there must never pass for a part that works."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
