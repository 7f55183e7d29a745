"""`python -m simulator.bureau_files --out DIR --seed N`: writes a file of every layout, as .xls and as .xlsx."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.bureau_files.catalogue import samples


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 after all files are written, 1 with one sentence where the folder cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m simulator.bureau_files", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files; it is made")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same files")
    options = parser.parse_args(arguments)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for sample in samples(options.seed):
            for suffix in (sample.suffix, sample.other_suffix):
                file = options.out / f"{sample.stem}{suffix}"
                file.write_bytes(sample.content(suffix))
                print(file)
    except OSError as error:
        print(f"The files cannot be written: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
