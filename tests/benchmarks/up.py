"""`rehearsal up`: seconds from the command to the first response, and the memory it then holds (Linux)."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from tests.benchmarks.measure import figure

PATIENCE = 60.0


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        addresses = Path(folder) / "world.json"
        began = time.perf_counter()
        served = subprocess.Popen(
            [sys.executable, "-m", "rehearsal", "up", "--port", "0", "--json", str(addresses)],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not addresses.exists():
                if served.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise RuntimeError(f"`rehearsal up` did not come up (exit code {served.poll()})")
                time.sleep(0.01)
            control = json.loads(addresses.read_text())["urls"]["control"]
            requests.get(f"{control}/world", timeout=10).raise_for_status()
            figure("to the first response", time.perf_counter() - began, "s")
            status = Path(f"/proc/{served.pid}/status").read_text()
            resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
            figure("resident memory", int(resident.split()[1]) / 1024, "MiB")
        finally:
            served.send_signal(signal.SIGINT)
            served.wait(timeout=10)
