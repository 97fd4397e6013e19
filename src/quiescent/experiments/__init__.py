"""The experiments that ship with the package, as YAML files that inherit from a base per task."""

from importlib import resources

FOLDER = resources.files("quiescent") / "experiments"


def names() -> list[str]:
    """Every configuration that ships with the package, bases left out."""
    return sorted(
        f"{folder.name}/{file.name.removesuffix('.yaml')}"
        for folder in FOLDER.iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.endswith(".yaml") and file.name != "base.yaml"
    )
