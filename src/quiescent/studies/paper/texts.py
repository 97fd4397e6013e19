"""Texts made from a record: the blocks of Markdown files between `<!-- generated: NAME -->` and `<!-- end -->`.

`python -m quiescent.studies.paper.texts CLAIMS FILE...` makes them anew from a `claims.json`. Blocks are `answer`,
`networks`, `claims`, `evidence`, `criteria`, `fading` and `published`; `claim | 2` has all numbers of a claim,
`windows | 2 | as written` has them in every window. Within a line there are `verdict | 2 | as written` and
`value | 2 | as written | NAME OF AN EFFECT`.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from quiescent.errors import QuiescentError, nearest
from quiescent.studies.paper import formats
from quiescent.studies.paper.blocks import BLOCKS, findings_of, form_of
from quiescent.studies.paper.formats import Record
from quiescent.studies.paper.record import read_record

BLOCK = re.compile(r"<!-- generated: (?P<name>[^>]*?) -->(?P<text>.*?)<!-- end -->", re.DOTALL)


def filled(text: str, record: Record) -> str:
    """Make every generated block of a text anew. Raises `QuiescentError` for a block of an unknown name.

    Examples
    --------
    >>> filled("so: <!-- generated: networks -->?<!-- end -->", {"networks": {"trained": 1, "planned": 1, "seeds": [0],
    ...     "conditions": []}, "least_seeds": 5}).splitlines()[1]
    '1 of 1 networks are trained and measured. A verdict needs 5 networks per condition.'
    """
    return BLOCK.sub(lambda found: _block(found["name"], record), text)


def blocks_of(text: str) -> list[str]:
    """List the names of the generated blocks of a text."""
    return [found["name"] for found in BLOCK.finditer(text)]


def _block(name: str, record: Record) -> str:
    kind, *given = (word.strip() for word in name.split("|"))
    if kind in INLINE:
        made = INLINE[kind](record, *given)
    elif kind in BLOCKS:
        made = "\n" + BLOCKS[kind](record, *given) + "\n"
    else:
        raise QuiescentError(f"no generated block is named '{kind}'.{nearest(kind, [*BLOCKS, *INLINE])}")
    return f"<!-- generated: {name} -->{made}<!-- end -->"


def _value(record: Record, number: str, form: str, name: str) -> str:
    findings = {finding["name"]: finding for finding in findings_of(form_of(record, number, form))}
    if name not in findings:
        raise QuiescentError(f"claim {number} has no effect named '{name}' {form}.{nearest(name, list(findings))}")
    return formats.estimate(findings[name])


INLINE: Mapping[str, Callable[..., str]] = {
    "value": _value,
    "verdict": lambda record, number, form: formats.verdict(form_of(record, number, form)),
}


def main(words: Sequence[str]) -> None:
    """Make the generated blocks of some files anew; the first word is the path of a `claims.json`."""
    record = read_record(Path(words[0]))
    for path in map(Path, words[1:]):
        path.write_text(filled(path.read_text(encoding="utf-8"), record), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
