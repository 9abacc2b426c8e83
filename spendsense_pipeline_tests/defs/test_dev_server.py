"""`dagster dev` as it stands in a clone: launched from outside, attacked, and looked at."""

from __future__ import annotations

import math
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from spendsense_pipeline_tests.fixtures import trivial_households
from spendsense_pipeline_tests.fixtures.browser import CHROMIUM, a_page

pytestmark = [
    pytest.mark.long,
    # The client imports requests-toolbelt and gql, which warn of their own future.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

CHECKOUT = Path(__file__).resolve().parents[2]
FORM = {"config": {"num_users": 12}, "expectations": trivial_households.ANYTHING_GOES}
ENDED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@dataclass
class Server:
    port: int
    data_dir: Path
    seconds_until_it_answered: float = math.inf
    # On a machine with nothing else to do; in proportion on one that is shared.
    seconds_allowed: float = 20.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def submit(self, job: str, form: object) -> str:
        from dagster_graphql import DagsterGraphQLClient

        client = DagsterGraphQLClient("127.0.0.1", port_number=self.port)
        return str(client.submit_job_execution(job, run_config=form))

    def status(self, run_id: str) -> dg.DagsterRunStatus:
        from dagster_graphql import DagsterGraphQLClient

        return DagsterGraphQLClient("127.0.0.1", port_number=self.port).get_run_status(run_id)

    def wait(self, run_id: str) -> dg.DagsterRunStatus:
        end = time.monotonic() + 240
        while time.monotonic() < end:
            if (status := self.status(run_id)) in ENDED:
                return status
            time.sleep(0.5)
        msg = f"run {run_id} is still {status}"
        raise AssertionError(msg)

    def run_count(self) -> int:
        from dagster_graphql import DagsterGraphQLClient

        client = DagsterGraphQLClient("127.0.0.1", port_number=self.port)
        found = client._execute("{ runsOrError { ... on Runs { results { id } } } }")
        return len(found["runsOrError"]["results"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wanting_to_run() -> int:
    """How many threads of this machine run or wait for a core now, where that can be known."""
    try:
        return int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].partition("/")[0])
    except OSError:
        return round(os.getloadavg()[0])


def _heed_interrupts() -> None:
    """A shell starts what runs in its background deaf to SIGINT, and everything below it too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def dagster_dev(folder: Path, **environment: str) -> Iterator[Server]:
    """The server of `make dev`, on a port and a data directory of its own, once it answers."""
    found = Server(free_port(), folder / "data")
    log = folder / "log.txt"
    started = time.monotonic()
    waiting = [0]
    with log.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dagster",
                "dev",
                "--host",
                "127.0.0.1",
                "--port",
                str(found.port),
            ],
            cwd=CHECKOUT,
            env=os.environ
            | {"SPENDSENSE_DATA_DIR": str(found.data_dir), "PYTHONWARNINGS": "ignore"}
            | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_heed_interrupts,
        )
    try:
        end = time.monotonic() + 180
        while True:
            try:
                urllib.request.urlopen(f"{found.url}/server_info", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() < end, log.read_text()[-2000:]
                waiting.append(wanting_to_run())
                time.sleep(0.2)
        found.seconds_until_it_answered = time.monotonic() - started
        found.seconds_allowed *= max(1.0, statistics.fmean(waiting) / (os.cpu_count() or 1))
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its servers, which would outlive it, too
            process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of a clone."""
    with dagster_dev(tmp_path_factory.mktemp("dev")) as found:
        yield found


@pytest.fixture(scope="module")
def refreshed_server(server: Server) -> Server:
    """The same after one refresh."""
    assert server.wait(server.submit("demo_refresh", FORM)) == dg.DagsterRunStatus.SUCCESS
    return server


def test_it_answers_within_twenty_seconds(server: Server) -> None:
    assert server.seconds_until_it_answered < server.seconds_allowed


def test_it_answers_as_soon_with_a_dagster_home(tmp_path: Path) -> None:
    """As most people who use Dagster have one."""
    home = tmp_path / "home"
    home.mkdir()
    with dagster_dev(tmp_path, DAGSTER_HOME=str(home)) as found:
        assert found.seconds_until_it_answered < found.seconds_allowed
        assert found.run_count() == 0
    assert (home / "history").is_dir()
    assert not (found.data_dir / "dagster_home").exists()


def test_the_form_is_all_a_launch_needs_and_the_dataset_is_published(
    refreshed_server: Server,
) -> None:
    assert (refreshed_server.data_dir / "spendsense.duckdb").exists()


def test_a_wrong_value_is_refused_before_a_run_exists(server: Server) -> None:
    from dagster_graphql import DagsterGraphQLClientError

    before = server.run_count()
    with pytest.raises(DagsterGraphQLClientError, match="num_users must be between 10"):
        server.submit("demo_refresh", {"config": {"num_users": 1}})
    assert server.run_count() == before


def test_two_runs_at_once_queue(refreshed_server: Server) -> None:
    server = refreshed_server
    runs = [server.submit("features_and_personas", {}) for _ in range(2)]
    together = [server.status(run) for run in runs]
    assert together.count(dg.DagsterRunStatus.STARTED) <= 1
    assert {server.wait(run) for run in runs} == {dg.DagsterRunStatus.SUCCESS}


def answer(server: Server, path: str, *, body: bytes | None = None, **headers: str) -> int:
    request = urllib.request.Request(
        server.url + path,
        data=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Host": "evil.example"}, 400),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
    ],
)
def test_a_mutation_sent_by_get_is_refused(
    server: Server, headers: dict[str, str], refusal: int
) -> None:
    launch = "/graphql?query=mutation%7BreloadWorkspace%7B__typename%7D%7D"
    assert answer(server, launch, **headers) == refusal


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 400)],
)
def test_a_foreign_page_cannot_post(server: Server, headers: dict[str, str], refusal: int) -> None:
    query = b'{"query": "{version}"}'
    json_type = {"Content_Type": "application/json"}
    assert answer(server, "/graphql", body=query, **json_type) == 200
    assert answer(server, "/graphql", body=query, **json_type, **headers) == refusal


def test_a_foreign_page_cannot_open_a_websocket(server: Server) -> None:
    address, protocol = f"ws://127.0.0.1:{server.port}/graphql", [Subprotocol("graphql-ws")]
    connect(address, subprotocols=protocol).close()
    with pytest.raises(InvalidStatus, match="403"):
        connect(address, subprotocols=protocol, origin=Origin("http://evil.example"))
    with (
        pytest.raises(InvalidStatus, match="400"),
        socket.create_connection(("127.0.0.1", server.port)) as own,
    ):
        connect(f"ws://evil.example:{server.port}/graphql", subprotocols=protocol, sock=own)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium-headless-shell")
def test_the_ui_shows_lineage_launchpad_check_and_picture(
    refreshed_server: Server, tmp_path: Path
) -> None:
    server = refreshed_server
    with a_page(tmp_path / "profile") as page:
        page.open(f"{server.url}/asset-groups")
        for group in ("controls", "generate", "measure", "judge", "explain", "publish"):
            page.wait_for_text(group)

        location = "spendsense_pipeline.definitions"
        page.open(f"{server.url}/locations/{location}/jobs/demo_refresh/playground")
        page.wait_for_text("num_users")
        page.wait_for_text("Must be between 10 and 1000")
        page.wait_for_text("Launch Run")

        page.open(f"{server.url}/assets/persona_assignments?view=checks")
        page.click_text("coverage_is_sufficient")
        page.wait_for_text("asset check")
        page.wait_for_text("expectations.min_coverage")

        page.open(f"{server.url}/assets/persona_assignments")
        page.wait_for_text("persona mix")
        page.click_text("[Show Markdown]")
        picture = "document.querySelector('img[src^=\"data:image/png\"]')"
        assert page.wait_for(f"{picture} && {picture}.naturalWidth") == 640
