"""The content security policy of written pages, live ones and reports: all that a browser may do with them."""

import base64
import hashlib

# `default-src` does not speak for bases and forms. No policy in a file forbids links, redirects, new windows, downloads
# or WebRTC: browsers know no `webrtc`, know `navigate-to` no more, and heed `sandbox` only in a header. Pages abstain.
CLOSED = (
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)


def policy(*, style: str, script: str | None = None) -> str:
    """Write the policy of a page that holds one style, at most one script, and its pictures; it lets nothing else in.

    Text is never read as HTML or as code by a script either, where a browser knows trusted types.
    """
    allowed = ["img-src data:", f"style-src '{_hash(style)}'"]
    if script is not None:
        allowed.append(f"script-src '{_hash(script)}'")
    return "; ".join((*CLOSED, *allowed))


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
