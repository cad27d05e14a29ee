"""The shipped Gherkin suite in one process, as `pytest features` plays it."""

import resource
import subprocess
import sys

from tests.benchmarks.measure import figure


def run() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "features"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figure("the Gherkin suite in one process", used, "s")
