"""Texts made from the record of the study: blocks of Markdown between `<!-- generated: NAME -->` and `<!-- end -->`.

`python -m quiescent.studies.dynamics.texts RECORD FILE...` makes the blocks `claims`, `criteria` and `numbers` anew.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from quiescent.errors import QuiescentError, nearest
from quiescent.studies.paper import formats
from quiescent.studies.paper.blocks import table
from quiescent.studies.paper.formats import MARKS, Record
from quiescent.studies.paper.texts import BLOCK


def filled(text: str, record: Record) -> str:
    """Make every generated block of a text anew. Raises `QuiescentError` for a block of an unknown name."""

    def block(name: str) -> str:
        if name not in BLOCKS:
            raise QuiescentError(f"no generated block is named '{name}'.{nearest(name, list(BLOCKS))}")
        return f"<!-- generated: {name} -->\n{BLOCKS[name](record)}\n<!-- end -->"

    return BLOCK.sub(lambda found: block(found["name"]), text)


def _claims(record: Record) -> str:
    rows = []
    for claim in record["claims"]:
        verdicts = [claim["forms"][networks]["verdict"] for networks in record["networks"]]
        rows.append([claim["number"], claim["claim"], *(f"{MARKS[verdict]} {verdict}" for verdict in verdicts)])
    return table(["", "claim", *record["networks"]], rows)


def _criteria(record: Record) -> str:
    rows = []
    for claim in record["claims"]:
        for networks in record["networks"]:
            for finding in claim["forms"][networks]["criteria"]:
                controls = [formats.score(finding, name) for name in record["controls"]]
                cells = [formats.title(finding), networks, finding["claimed"], formats.estimate(finding)]
                rows.append([claim["number"], *cells, *controls, finding["verdict"]])
    controls = [name.replace("_", " ") for name in record["controls"]]
    return table(["", "criterion", "networks", "claimed", "mean [95 %]", *controls, "verdict"], rows)


def _numbers(record: Record) -> str:
    parts = []
    for numbers in record["numbers"]:
        titles = list(numbers["rows"][0]["values"])
        rows = [
            [f"{row['friction']:g}", f"{row['adaptation']:g}", *map(formats.interval, row["values"].values())]
            for row in numbers["rows"]
        ]
        parts.append(f"**{numbers['networks']}**\n\n" + table(["friction", "adaptation", *titles], rows))
    return "\n\n".join(parts)


BLOCKS = {"claims": _claims, "criteria": _criteria, "numbers": _numbers}


def main(words: Sequence[str]) -> None:
    """Make the generated blocks of some files anew; the first word is the path of a `record.json`."""
    record = json.loads(Path(words[0]).read_text(encoding="utf-8"))
    for path in map(Path, words[1:]):
        path.write_text(filled(path.read_text(encoding="utf-8"), record), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
