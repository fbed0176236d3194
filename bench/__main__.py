"""Run benchmarks and print what came of them: `make bench`, or `python -m bench [CASE …] [--quick]`."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from bench.cases import NAMES, case
from bench.measure import Result, Settings, table
from tests.support.postgres import PostgresMissing

QUICK = Settings(rounds=2, lines=50, seconds=0.5, histories=(1_000,), sessions=(2,), issues=(5,), scans=50)


def main() -> int:
    """Run the cases that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"which ({', '.join(NAMES)}); default: all")
    parser.add_argument("--quick", action="store_true", help="tiny: to see that everything runs")
    parser.add_argument("--rounds", type=int, help="how often the cases take turns")
    parser.add_argument("--seconds", type=float, help="how long several sessions write")
    parser.add_argument("--history", help="entries of history, comma-separated")
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"], help="only this one")
    parser.add_argument("--retail", help="the file or folder of online-retail-2010-12.csv.gz")
    parser.add_argument("-o", "--output", type=Path, help="also write the results to this file, as JSON lines")
    arguments = parser.parse_args()
    if unknown := set(arguments.cases) - set(NAMES):
        parser.error(f"no case {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    settings = QUICK if arguments.quick else Settings()
    named = {
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "histories": arguments.history and tuple(int(text) for text in arguments.history.split(",")),
        "databases": arguments.database and tuple(arguments.database),
        "retail": arguments.retail,
    }
    settings = dataclasses.replace(settings, **{name: value for name, value in named.items() if value})
    results: list[Result] = []
    for name in arguments.cases or NAMES:
        try:
            for result in case(name)(settings):
                print(f"{result.target or '':>2} {result.what}: {result.figure}  [{result.wanted}] {result.detail}", flush=True)
                results.append(result)
        except PostgresMissing as missing:
            print(f"{name}: left out, {missing}", file=sys.stderr)
    print()
    print(table(results))
    if arguments.output:
        arguments.output.write_text("".join(json.dumps(dataclasses.asdict(one)) + "\n" for one in results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
