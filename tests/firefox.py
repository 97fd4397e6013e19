"""Firefox, driven by what it speaks itself: Marionette, commands as JSON with their length in front, over a socket."""

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
# Nothing is fetched, nothing asked at the start.
PREFERENCES = {
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
ERRORS = """
  return Services.console.getMessageArray()
    .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
    .map((one) => `${one.sourceName} ${one.errorMessage}`);
"""


class Firefox:
    """One window of a Firefox without a screen."""

    def __init__(self, port):
        self._socket = _connected(port)
        self._incoming = self._socket.makefile("rb")
        self._read()  # how it greets
        self._number = 0
        self.send("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})

    def send(self, command, values=None):
        """Give a command, and wait for what it returns."""
        self._number += 1
        packet = json.dumps([0, self._number, command, values or {}]).encode()
        self._socket.sendall(b"%d:%s" % (len(packet), packet))
        _, number, error, result = self._read()
        assert number == self._number
        assert error is None, f"{command}: {error['message']}"
        return result

    def close(self):
        self._incoming.close()
        self._socket.close()

    def _read(self):
        length = b""
        while not length.endswith(b":"):
            length += self._incoming.read(1)
        return json.loads(self._incoming.read(int(length[:-1])))

    def open(self, path):
        self.send("WebDriver:Navigate", {"url": path.as_uri()})

    def evaluate(self, script, *arguments):
        """Run the body of a function in the page; `quiescent` is what the page offers to the curious."""
        body = f"const {{ quiescent }} = window; const {{ page }} = quiescent; {script}"
        return self.send("WebDriver:ExecuteScript", {"script": body, "args": list(arguments)})["value"]

    def press(self, selector):
        """Click on the first element that a selector finds."""
        element = self.send("WebDriver:FindElement", {"using": "css selector", "value": selector})["value"]
        self.send("WebDriver:ElementClick", {"id": next(iter(element.values()))})

    def complaints(self, about):
        """List the errors in a page that the browser's console knows of."""
        self.send("Marionette:SetContext", {"value": "chrome"})
        try:
            messages = self.send("WebDriver:ExecuteScript", {"script": ERRORS, "args": []})["value"]
        finally:
            self.send("Marionette:SetContext", {"value": "content"})
        return [message for message in messages if message.startswith(about.as_uri())]


@contextlib.contextmanager
def firefox():
    """Start Firefox with a profile of its own, and end it."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as profile:
        preferences = PREFERENCES | {"marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
        (Path(profile) / "user.js").write_text("\n".join(lines))
        words = [
            FIREFOX,
            "--headless",
            "--marionette",
            "-remote-allow-system-access",
            "--no-remote",
            "--profile",
            profile,
        ]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with contextlib.closing(Firefox(port)) as started:
                yield started
        finally:
            process.terminate()
            process.wait(60)


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _connected(port, patience=60.0):
    end = time.monotonic() + patience
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
