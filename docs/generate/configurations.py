"""Configurations that ship with the package: a table, and the files as they are."""

from generate.markdown import code, section, table
from quiescent.config.named import FOLDER, names
from quiescent.terminal.tables import configurations_table


def configurations() -> str:
    """Write what `quiescent configs` lists, and below it every file, each task's base first."""
    listed = configurations_table()
    rows = [[f"[`{row[0]}`](#config-{_label(row[0])})", *row[1:]] for row in listed.rows]
    groups = dict.fromkeys(name.partition("/")[0] for name in names())
    sections = []
    for group in groups:
        within = [f"{group}/base", *(name for name in names() if name.startswith(f"{group}/"))]
        sections.append(section(2, code(group), *map(_file, within)))
    return "\n\n".join([table(listed.columns, rows), listed.caption, *sections])


def _label(name: str) -> str:
    return name.replace("/", "-")


def _file(name: str) -> str:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").strip()
    return section(3, code(name), f"```yaml\n{text}\n```", label=f"config-{_label(name)}")
