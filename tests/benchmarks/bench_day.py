"""How long judging a whole day takes, and how much of a command is imports.

    python -m tests.benchmarks.bench_day [--receipts 100 1000 10000] [--beside PATH_OF_ANOTHER_CHECKOUT]

`reconcile_day` turns the raw records of a generated day into a proven result; one receipt in twenty has a discrepancy.
Timed beside it, turn by turn in one run: the standard library's parse of the same evidence. With `--beside`, the whole
command of another checkout too. What counts is the ratio; times move with the machine.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from reconcile import load_settings, read_evidence, reconcile_day
from reconcile.core.exact_json import encode_json
from reconcile.evidence.day import Evidence
from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from tests.benchmarks.measuring import json_alone, peak_mib, timed
from tests.given.made_days import DAY, evidence
from tests.given.places import ROOT

ROUNDS = 7


def evidence_file(folder: Path, receipts: int) -> Path:
    """A generated day as an evidence file."""
    store = make_day(DAY, receipts, 7)
    plant(store, DAY, Decimal("0.05"), 7)
    day = evidence(store)
    records = [
        day.header.record() | {"format": 1},  # without the proof of a run over the API
        *({"record": "product", "product": product} for product in day.products),
        {"record": "catalogue", "total": len(day.products)},
        *({"record": "receipt", "asked": asked, "receipt": receipt} for asked, receipt in day.receipts),
        {"record": "listed", "total": len(day.receipts)},
        *(
            {"record": "operations", "receipt_id": key, "as_of": "", "operations": operations}
            for key, operations in day.operations.items()
        ),
        {"record": "end", "finished_at": day.finished_at, "requests": 1},
    ]
    path = folder / f"{receipts}.evidence.jsonl"
    path.write_bytes(b"".join(encode_json(record) + b"\n" for record in records))
    return path


def judge(day: Evidence) -> object:
    return reconcile_day(day, load_settings())


def cpu_seconds(*arguments: str, folder: Path = ROOT) -> float:
    """CPU of a fresh Python with these arguments, run in a checkout, imports included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def of_command(path: Path, out: Path, *extra: str) -> tuple[str, ...]:
    """The arguments that judge evidence and write its report."""
    return ("-m", "reconcile", "--quiet", "--source", str(path), "--out", str(out), *extra)


def main() -> None:
    """Print times side by side, their ratios, and peak memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receipts", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--beside", type=Path, help="another checkout: the whole command beside this one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for receipts in options.receipts:
            path = evidence_file(folder, receipts)
            day = read_evidence(path)
            judge(day)
            pairs = [(timed(judge, day), timed(json_alone, path)) for _ in range(ROUNDS)]
            ours, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(first / second for first, second in pairs)
            print(
                f"{receipts:>6,} receipts: reconcile_day {ours * 1000:.0f} ms, json alone {floor * 1000:.0f} ms, "
                f"ratio {ratio:.2f}, peak {peak_mib(judge, day):.0f} MiB"
            )
            runs = {"workbook and JSON": of_command(path, folder / "a")}
            runs["json-only"] = of_command(path, folder / "b", "--format", "json-only")
            for name_of_run, arguments in runs.items():
                pairs = [
                    (cpu_seconds(*arguments), cpu_seconds(*arguments, folder=options.beside or ROOT))
                    for _ in range(ROUNDS)
                ]
                mine, others = (statistics.median(column) for column in zip(*pairs, strict=True))
                ratio = statistics.median(first / second for first, second in pairs)
                beside = f", beside {others:.2f} s, ratio {ratio:.2f}" if options.beside else ""
                print(f"        {name_of_run}: {mine:.2f} s of CPU{beside}")
                if options.beside:
                    break  # the other may not know the second
    for what in ("reconcile.report.workbook, reconcile.batch.write", "reconcile.batch.write"):
        seconds = statistics.median(cpu_seconds("-c", f"import {what}") for _ in range(ROUNDS))
        print(f"import {what}: {seconds:.2f} s of CPU")


if __name__ == "__main__":
    main()
