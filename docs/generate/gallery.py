"""The live page of the networks that ship with the package, written into the site when it is built."""

import tempfile
from pathlib import Path

from sphinx.application import Sphinx

from quiescent.page.write import write_page
from quiescent.runs.examples import example, example_names

NAME = "dreams.html"


def write_dreams(app: Sphinx, failed: Exception | None) -> None:
    """Write the page that the gallery embeds: networks with and without biases, side by side."""
    path = Path(app.outdir, NAME)
    if not failed and app.builder.format == "html" and not path.exists():
        with tempfile.TemporaryDirectory() as folder:
            write_page(path, [example(name, folder) for name in example_names()], weights="float16")
