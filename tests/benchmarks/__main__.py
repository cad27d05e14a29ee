"""Run the benchmarks named on the command line, or all of them."""

import sys

from tests.benchmarks import call, journeys, quiet, suite, up, worlds

BENCHMARKS = {
    "call": call.run,
    "quiet": quiet.run,
    "journeys": journeys.run,
    "worlds": worlds.run,
    "suite": suite.run,
    "up": up.run,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(name)
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
