"""What a browser lets the pages do that are written: hostile names stay text, and hostile markup gets nothing out."""

import copy
import http.server
import threading

import pytest
from invented import invented_results

from quiescent.config.load import load_config
from quiescent.page import write as live
from quiescent.runs.run import Run
from quiescent.studies.paper import page as report
from quiescent.studies.paper import tables
from quiescent.studies.paper.experiments import CONDITIONS, FULL
from quiescent.studies.paper.plan import PaperPlan
from quiescent.studies.paper.record import make_record
from quiescent.training.train import train

EVIL = "<img src=x onerror=alert(1)><script>alert(2)<"  # no slash, which would end a file's name
TINY = ("network.units=8", "task.place_cells.number=9", "task.steps=8", "training.batches=2")
# What would be asked for, were a name read as HTML. A page that is left (a link, a redirect) no policy can forbid.
MARKUP = """
<base href="{at}/base/"><form id="stolen" action="{at}/form"><input name="x" value="1"></form>
<iframe src="{at}/frame"></iframe><object data="{at}/object"></object><embed src="{at}/embed">
<img src="{at}/img" onerror="document.title = 'run'"><audio src="{at}/audio" preload="auto"></audio>
<link rel="stylesheet" href="{at}/css"><style>body {{ background: url({at}/background) }}</style>
<link rel="prefetch" href="{at}/prefetch"><link rel="preload" as="script" href="{at}/preload">
<link rel="icon" href="{at}/icon">
<script>document.title = 'run'</script><script src="{at}/script"></script>
<script type="speculationrules">{{"prefetch": [{{"source": "list", "urls": ["{at}/speculation"]}}]}}</script>
<a id="pinged" ping="{at}/ping" href="#pinged">x</a><a id="coded" href="javascript:document.title = 'run'">x</a>
"""
# What a script would ask for, did one get in; `document.title` tells whether text became code.
SCRIPT = """async (at) => {
  const blocked = [];
  const attempts = {
    fetch: () => fetch(at + '/fetch'),
    socket: () => new Promise((_, no) => { new WebSocket(at.replace('http', 'ws') + '/socket').onerror = no; }),
    worker: () => new Worker(URL.createObjectURL(new Blob([`fetch('${at}/worker')`]))),
    html: () => { document.body.insertAdjacentHTML('beforeend', '<b class="injected"></b>'); },
    code: () => eval("document.title = 'run'"),
    script: () => { document.createElement('script').text = "document.title = 'run'"; },
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    await Promise.resolve().then(attempt).catch(() => blocked.push(name));
  }
  navigator.sendBeacon(at + '/beacon', 'x');
  new Image().src = at + '/image';
  document.getElementById('stolen').submit();
  document.getElementById('pinged').click();
  document.getElementById('coded').click();
  await new Promise((resolve) => setTimeout(resolve, 400));
  return Object.keys(attempts).filter((name) => !blocked.includes(name));
}"""


@pytest.fixture(scope="module")
def listener():
    """Listen at an address; returns it and all that is asked for there."""
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def live_page(folder):
    """Write a live page of a network whose name is hostile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / f"{EVIL}.yaml").write_text("base: spatial_navigation/noisy_unbiased\n")
        config = load_config(f"{EVIL}.yaml", *TINY)
    return live.write_page(folder / "live.html", train(config, folder / "runs"), weights="float32").path


def report_page(folder):
    """Write a report whose conditions, titles and provenance are hostile."""
    names = [name for name, one in CONDITIONS.items() if one.family == "gru"]
    plan = PaperPlan(FULL, (0, 1), {name: {0: Run(folder / name / "seed_0")} for name in names})
    results = invented_results(families=("gru",), missing=[(name, 1) for name in names])
    made = dict.fromkeys(("command", "date", "quiescent", "torch", "python", "machine"), EVIL)
    record = copy.deepcopy(make_record(plan, results, {}, {**made, "seconds": 60}))
    numbers = tables.numbers_of(results)
    for row in (*record["networks"]["conditions"], *(row for table in numbers for row in table["rows"])):
        row["condition"] = f"gru/{EVIL}"
    for claim in record["claims"]:
        claim["title"] = EVIL
    return report.write_page(folder / "report.html", record, report.Beside(numbers, [], [], {}))


@pytest.fixture(scope="module", params=[live_page, report_page])
def written(request, tmp_path_factory):
    return request.param(tmp_path_factory.mktemp("page"))


@pytest.fixture
def opened(browser):
    """Open a page; returns it with what it complains of."""
    context = browser.new_context()
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    yield page, complaints
    context.close()


def test_hostile_names_stay_text(written, opened):
    page, complaints = opened
    page.goto(written.as_uri())
    page.wait_for_timeout(200)
    assert page.evaluate("(text) => document.body.innerText.includes(text)", EVIL)
    assert page.locator("img").count() == 0
    assert complaints == []


def test_hostile_markup_and_scripts_get_nothing_out(written, opened, listener, tmp_path):
    address, asked = listener
    page, _ = opened
    head, body, rest = written.read_text("utf-8").partition("<body")
    attributes, end, rest = rest.partition(">")
    attacked = tmp_path / "page.html"
    attacked.write_text(head + body + attributes + end + MARKUP.format(at=address) + rest, encoding="utf-8")
    page.goto(attacked.as_uri())
    assert page.evaluate(SCRIPT, address) == []
    assert asked == []
    assert page.title() != "run"
    assert page.locator(".injected").count() == 0
    assert page.evaluate("() => document.baseURI").startswith(attacked.as_uri())
