"""Do bad things to the product while try-ons run; count what came of it.

    .venv/bin/python tools/chaos.py [kills faults disk locked postgres clock] [--seed 1]

`kills` starts a copy of the whole product on its own port and data folder, on loopback
only, starts try-ons on house models, and sends SIGKILL to web servers, pollers, engines
and workers of that copy. Then it waits, checks that every try-on ended once, kills the
parent as well, and starts again. The other drills are in `chaos_drills.py`. Each takes
one to five minutes; without a name all are made. Exit code 1 when anything was lost,
half done or done twice.
"""

import argparse
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import requests
from chaos_drills import CANNOT, DRILLS, run

ROOT = Path(__file__).resolve().parents[1]
VICTIMS = {"web": "gunicorn", "poller": "poll_tryons", "engine": "run_engine"}
PAUSE_S = (0.3, 4.0)  # between two kills
ENDS_WITHIN_S = 600


class Copy:
    """One running copy of the product, and the processes below it."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir, self.port = data_dir, port
        self.process: subprocess.Popen | None = None

    def start(self) -> float:
        """Start it; return how many seconds it took until all parts were up."""
        started = time.monotonic()
        with (self.data_dir / "chaos.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "demo"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        wait_for(self.is_healthy, 300, "the copy did not come up")
        return time.monotonic() - started

    def is_healthy(self) -> bool:
        url = f"http://127.0.0.1:{self.port}/healthz"
        try:
            return requests.get(url, timeout=5).ok
        except requests.RequestException:
            return False

    def below(self) -> dict[int, str]:
        """Command lines of all living processes below the parent, by process id."""
        listed = subprocess.run(
            ["ps", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True
        )
        rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
        parents = {int(pid): int(parent) for pid, parent, _, _ in rows}

        def descends(pid: int) -> bool:
            parent = parents.get(pid, 0)
            return parent == self.process.pid or (parent > 1 and descends(parent))

        return {
            int(pid): command
            for pid, _, state, command in rows
            if descends(int(pid)) and not state.startswith("Z")
        }

    def kill_one(self, chance: random.Random) -> str | None:
        """SIGKILL a random web server, poller, engine or worker; return what it was."""
        below = sorted(self.below().items())
        name = chance.choice(list(VICTIMS))
        pids = [pid for pid, command in below if VICTIMS[name] in command]
        if not pids:
            return None  # killed already, and not started again yet
        pid = chance.choice(pids)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return None
        return name


def wait_for(holds: Callable[[], bool], within_s: float, otherwise: str) -> float:
    """Return how long it took; ends the drill when it does not happen."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > within_s:
            sys.exit(f"After {within_s:.0f} s {otherwise}.")
        time.sleep(0.1)
    return time.monotonic() - started


def start_tryons(count: int, chance: random.Random) -> list[int]:
    """Start try-ons of random outfits on random house models, as one shopper."""
    from shop.models import Garment, GarmentKind, PersonImage, Shopper
    from shop.services.sessions import start_tryon

    shopper = Shopper.objects.create()
    models = list(PersonImage.objects.filter(is_house_model=True))
    by_kind = collections.defaultdict(list)
    for garment in Garment.objects.on_sale():
        by_kind[garment.kind].append(garment)
    sessions = []
    for _ in range(count):
        top = chance.choice(by_kind[GarmentKind.TOP] + by_kind[GarmentKind.DRESS])
        bottom = chance.choice([None, *by_kind[GarmentKind.BOTTOM]])
        if top.kind == GarmentKind.DRESS:
            bottom = None
        session = start_tryon(shopper, chance.choice(models), top, bottom)
        sessions.append(session.pk)
    return sessions


def all_over(sessions: list[int]) -> bool:
    from shop.models import TryOnSession

    return not TryOnSession.objects.filter(pk__in=sessions, ended_at=None).exists()


def verdict(sessions: list[int]) -> list[str]:
    """Print what came of the try-ons; return what must not be."""
    from shop.models import OrphanedTask, TaskState, TryOnSession, TryOnTask
    from tryon_engine.models import EngineTask

    wrong = []
    rows = TryOnSession.objects.filter(pk__in=sessions)
    statuses = collections.Counter(rows.values_list("status", flat=True))
    tasks = TryOnTask.objects.filter(session__in=sessions).order_by("pk")
    good = tasks.filter(state=TaskState.SUCCEEDED)
    per_stage = collections.Counter(good.values_list("session", "stage"))
    stages = collections.Counter(stage for _, stage in per_stage)
    print("sessions       ", dict(statuses))
    print("succeeded tasks", dict(stages))
    if set(statuses) - {"refined", "coarse_only"}:
        wrong.append(f"sessions ended as {dict(statuses)}")
    if stages["coarse"] != len(sessions) or set(per_stage.values()) != {1}:
        wrong.append("not exactly one succeeded task per session and stage")
    lost = [
        task.pk for task in good if not task.result.storage.exists(task.result.name)
    ]
    if lost:
        wrong.append(f"result files of tasks {lost} are missing")

    known = set(
        tasks.exclude(engine_task_id="").values_list("engine_task_id", flat=True)
    )
    set_aside = set(OrphanedTask.objects.values_list("pk", flat=True))
    engine = {
        str(pk): state for pk, state in EngineTask.objects.values_list("pk", "state")
    }
    surplus = collections.Counter(
        state for pk, state in engine.items() if pk not in known
    )
    retried = tasks.filter(attempts__gt=1).count()
    attempts = collections.Counter(
        EngineTask.objects.values_list("attempts", flat=True)
    )
    print("engine tasks   ", len(engine), "for", len(known), "tasks of the shop")
    print("surplus there  ", dict(surplus), "set aside by the shop:", len(set_aside))
    print("submitted again", retried, "  attempts in the engine", dict(attempts))
    adopted = tasks.filter(is_adopted=True).count()
    print("adopted        ", adopted)
    if missing := known - set(engine):
        wrong.append(f"tasks unknown to the engine: {sorted(missing)}")
    return wrong


def kill_for(copy: Copy, seconds: float, chance: random.Random) -> None:
    killed: collections.Counter[str] = collections.Counter()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if name := copy.kill_one(chance):
            killed[name] += 1
        time.sleep(chance.uniform(*PAUSE_S))
    print("killed         ", dict(killed), "(workers count as engine)")


def kill_parent_and_resume(copy: Copy, chance: random.Random) -> None:
    sessions = start_tryons(3, chance)
    time.sleep(1)  # in the middle of the work
    below = copy.below()
    copy.process.kill()
    copy.process.wait()
    took = wait_for(lambda: not any(map(is_alive, below)), 20, "children still lived")
    print(f"parent killed   all {len(below)} children gone after {took:.1f} s")
    print(f"started again   up after {copy.start():.1f} s")
    took = wait_for(lambda: all_over(sessions), ENDS_WITHIN_S, "try-ons had not ended")
    print(f"resumed         3 try-ons ended after {took:.1f} s")


def is_alive(pid: int) -> bool:
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("drills", nargs="*", help="kills, " + ", ".join(DRILLS))
    parser.add_argument("--tryons", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=40, help="of killing")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8399)
    parser.add_argument("--data-dir", type=Path, help="kept; else a throw-away one")
    options = parser.parse_args()
    chosen = options.drills or ["kills", *DRILLS]
    if unknown := set(chosen) - {"kills", *DRILLS}:
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    if len(chosen) > 1:  # each in a process of its own, for settings are read once
        return max(map(run_apart, chosen))
    data_dir = options.data_dir or Path(tempfile.mkdtemp(prefix="fitting-room-chaos-"))
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        if chosen == ["kills"]:
            return kills(data_dir, options)
        return run(chosen[0], data_dir, options)
    finally:
        if options.data_dir is None:
            shutil.rmtree(data_dir)


def run_apart(name: str) -> int:
    others = [one for one in sys.argv[1:] if one not in ("kills", *DRILLS)]
    ended = subprocess.run([sys.executable, __file__, name, *others])
    return 0 if ended.returncode == CANNOT else ended.returncode


def kills(data_dir: Path, options: argparse.Namespace) -> int:
    print("--- kills: Web server, poller, engine and workers are killed at random.")
    os.environ |= {"DATA_DIR": str(data_dir), "PORT": str(options.port)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "tryon_site.settings"
    sys.path.insert(0, str(ROOT))
    copy = Copy(data_dir, options.port)
    try:
        print(f"up after        {copy.start():.1f} s, log in {data_dir}/chaos.log")
        return drill(copy, options, random.Random(options.seed))
    finally:
        copy.process.terminate()
        copy.process.wait()


def drill(copy: Copy, options: argparse.Namespace, chance: random.Random) -> int:
    import django

    django.setup()
    sessions = start_tryons(options.tryons, chance)
    kill_for(copy, options.seconds, chance)
    took = wait_for(lambda: all_over(sessions), ENDS_WITHIN_S, "try-ons had not ended")
    print(f"all ended       {took:.1f} s after the last kill")
    wrong = verdict(sessions)
    kill_parent_and_resume(copy, chance)
    for sentence in wrong:
        print("WRONG:", sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
