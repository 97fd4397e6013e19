"""The project's pages, and the examples that they give."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ADDING = [
    ROOT / "docs" / "how-to" / f"{what}.md" for what in ("measure", "figure", "network", "task", "space", "command")
]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in ADDING)
FILES = dict(re.findall(r"```(?:python|yaml)\n# (src/quiescent/[\w/.]+)\n(.*?)```", TEXT, re.DOTALL))
MODULES = {Path(path).stem: path for path in FILES if path.endswith(".py")}
LINES = dict(re.findall(r"[Tt]he line in `([A-Z]+)`: `(.*?)`", TEXT))
LINES |= {"NETWORKS": re.search(r"The line: `(NETWORKS.*?)`", TEXT)[1]}
COMMANDS = re.findall(r"Then: `(quiescent .*?)`", " ".join(TEXT.split()))
SMALL = {
    "network.units": 8,
    "task.place_cells.number": 12,
    "task.steps": 8,
    "training.batches": 2,
    "training.batch_size": 4,
    "training.test_every": 2,
    "training.save_every": 2,
}
