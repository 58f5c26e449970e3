"""Makes the evidence of a chain of venues, without a server: the same arguments give the same files.

python -m tests.generate.chain reports/chain --venues 40 --days 30 --receipts 100
python -m reconcile judge reports/chain --out reports/judged
"""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path

from reconcile.sandbox.generated_month import make_month
from tests.given.made_month import FIRST, write_evidence


def make_chain(folder: Path, venues: int, days: int, receipts: int, share: str = "0.02") -> list[Path]:
    """Each venue has its own days, whose stocks go on from one to the next; faults in a share of its receipts."""
    paths = []
    for venue in range(1, venues + 1):
        made = make_month(FIRST, days, receipts, venue, Decimal(share))
        paths += [write_evidence(made, day, folder, venue=venue) for day in made.all_days()]
    return paths


def main() -> None:
    """Write the files and say how many."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--venues", type=int, default=40)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--receipts", type=int, default=100)
    parser.add_argument("--share", default="0.02", help="of the receipts that have faults")
    options = parser.parse_args()
    paths = make_chain(options.folder, options.venues, options.days, options.receipts, options.share)
    print(f"{len(paths)} files in {options.folder}")


if __name__ == "__main__":
    main()
