"""Real servers for tests, started from what the machine has; where one is absent its tests are skipped."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from semantic_layer.engines.opening import server_module

STARTING_SECONDS = 180
STOPPING_SECONDS = 5
# one small machine, short queries: compiling each to Java code costs more than it saves
_SPARK_SETTINGS = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.log.level": "WARN",
}


@dataclass
class PostgresServer:
    """A private PostgreSQL server, which may be killed and started again."""

    url: str
    _serving: Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]
    _process: subprocess.Popen[bytes] | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Begin, on the data that are there."""
        self._process = self._open.enter_context(self._serving())

    def kill(self) -> None:
        """End all of its processes as they are: nothing is finished, nothing is said to clients."""
        assert self._process is not None, "a server that runs"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.stop()

    def stop(self) -> None:
        """End in order, if it runs."""
        self._open.close()


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a private PostgreSQL server with an empty database. Skips where its programs are not installed."""
    with killable_postgres() as server:
        yield server.url


@contextmanager
def killable_postgres() -> Iterator[PostgresServer]:
    """Such a server, to be killed. Skips where its programs are not installed."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)")
    if importlib.util.find_spec("adbc_driver_postgresql") is None:
        pytest.skip("the extra 'postgres' is not installed")
    folder = Path(tempfile.mkdtemp(prefix="huitou-postgres-"))
    # the server refuses to run as root
    user = _other_user() if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    port, data = _free_port(), folder / "data"
    first = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "huitou", "-E", "UTF8", "--locale=C"]
    subprocess.run([*first, "--no-sync"], check=True, user=user, cwd=folder, capture_output=True)
    options = ("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off")
    # everybody is trusted but one, with whom passwords are tried
    rules = data / "pg_hba.conf"
    known = rules.read_text(encoding="utf-8")
    rules.write_text(f"host all locked 127.0.0.1/32 scram-sha-256\n{known}", encoding="utf-8")
    serve = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *options]
    url = f"postgresql://huitou@127.0.0.1:{port}/postgres"
    server = PostgresServer(url, lambda: _running(serve, port, folder, user=user))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def schema_on(server: str, name: str) -> str:
    """The URL of a new schema of that name on a PostgreSQL server."""
    with server_module(server).PostgresWriter(server) as writer:
        writer.execute(f"CREATE SCHEMA {name}")
    return f"{server}?options=-csearch_path%3D{name}"


@contextmanager
def spark_server() -> Iterator[str]:
    """The URL of a private Spark Connect server. Skips where Java or the Python package is not installed."""
    if shutil.which("java") is None:
        pytest.skip("Java, which Spark needs, is not installed")
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        pytest.skip("the extra 'spark' is not installed")
    home = Path(found.origin).parent
    if not list((home / "jars").glob("spark-connect_*.jar")):
        pytest.skip("the Python package pyspark holds no Spark Connect server")
    folder, port = Path(tempfile.mkdtemp(prefix="huitou-spark-")), _free_port()
    settings = {
        **_SPARK_SETTINGS,
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder),
    }
    serve = [str(home / "bin" / "spark-submit"), "--master", "local[2]"]
    serve += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    serve += [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    try:
        with _running([*serve, "spark-internal"], port, folder, environment=environment):
            yield f"sc://127.0.0.1:{port}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(
    command: Sequence[str],
    port: int,
    folder: Path,
    *,
    user: str | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / "server.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            user=user,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        try:
            _wait_for(port, process, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOPPING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, f"the server ended: {log.read_text(encoding='utf-8')[-2000:]}"
            assert time.monotonic() < deadline, f"the server does not answer: {log.read_text(encoding='utf-8')[-2000:]}"
            time.sleep(0.2)


def _postgres_programs() -> Path | None:
    """The folder of the newest server that is installed; Debian keeps them off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(3), reverse=True)
    on_path = shutil.which("postgres")
    folders = [*debian, *([Path(on_path).resolve().parent] if on_path is not None else [])]
    return next((each for each in folders if (each / "initdb").exists() and (each / "postgres").exists()), None)


def _other_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
