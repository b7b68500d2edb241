"""The content security policy of a page: what it may load, and the digest of each script written into it."""

from __future__ import annotations

import base64
import hashlib
import re

SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
META = '<meta http-equiv="Content-Security-Policy" content="{}">'
CHARSET = re.compile(r'<meta charset="?utf-8"?>', re.IGNORECASE)


def digests(html: str) -> list[str]:
    """The sources that allow the scripts written into a page, each once, in their order."""
    found: dict[str, None] = {}
    for script in SCRIPT.finditer(html):
        if not re.search(r"\b(src|type)=", script["attributes"]):
            digest = hashlib.sha256(script["text"].encode("utf-8")).digest()
            found[f"'sha256-{base64.b64encode(digest).decode('ascii')}'"] = None
    return list(found)


def policy(html: str) -> str:
    """The policy of a page. `file:` is for readers from disk, where a page is of no origin that `'self'` could mean."""
    own = "'self' file:"
    rules = {
        "default-src": "'none'",
        "script-src": " ".join([own, *digests(html)]),
        "worker-src": "'self' blob:",
        "style-src": f"{own} 'unsafe-inline'",  # the theme places its tooltips by style attributes
        "img-src": f"{own} data:",
        "font-src": own,
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def with_policy(html: str) -> str:
    """The page with its policy, as early as a browser heeds one."""
    head = CHARSET.search(html)
    if head is None:
        raise ValueError('no <meta charset="utf-8">, behind which the policy would stand')
    return f"{html[: head.end()]}\n{META.format(policy(html))}{html[head.end() :]}"
