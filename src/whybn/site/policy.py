"""The content security policy of a page: what it may load, and the digest of each script written into it."""

from __future__ import annotations

import base64
import hashlib
import re
from urllib.parse import urlsplit

SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
ATTRIBUTE = r"""(?<![\w-]){}\s*=\s*["']?(?P<value>[^"'\s>]*)"""
SOURCE, TYPE = (re.compile(ATTRIBUTE.format(name), re.IGNORECASE) for name in ("src", "type"))
RUN = {"", "module", "importmap", "speculationrules", "text/javascript", "application/javascript"}  # other types are data
META = '<meta http-equiv="Content-Security-Policy" content="{}">'
CHARSET = re.compile(r'<meta charset="?utf-8"?>', re.IGNORECASE)


def digests(html: str) -> list[str]:
    """The sources that allow the scripts written into a page, each once, in their order, modules among them."""
    found: dict[str, None] = {}
    for script in SCRIPT.finditer(html):
        kind = TYPE.search(script["attributes"])
        if not SOURCE.search(script["attributes"]) and (kind["value"].lower() if kind else "") in RUN:
            digest = hashlib.sha256(script["text"].encode("utf-8")).digest()
            found[f"'sha256-{base64.b64encode(digest).decode('ascii')}'"] = None
    return list(found)


# What a page may show, once its front matter names the host; `jekyll_dialect.embeds` has taken the rest away.
SHOWN = re.compile(
    r"<(?P<tag>iframe|script|img|video|audio|source|track|embed|object|link)\b"
    r"(?:\"[^\"]*\"|'[^']*'|[^'\">])*?\s(?:src|data|href|poster)=[\"']?(?P<address>[^\s\"'>]+)"
)
DIRECTIVES = {
    "iframe": "frame-src", "script": "script-src", "img": "img-src", "video": "media-src", "audio": "media-src",
    "source": "media-src", "track": "media-src", "embed": "object-src", "object": "object-src",
}  # fmt: skip
# What a script from a host loads in its turn.
STYLES = {"https://gist.github.com": "https://github.githubassets.com"}


def shown(html: str) -> dict[str, dict[str, None]]:
    """The sources, by directive, of what a page shows besides text, pictures of its own and the site's scripts."""
    found: dict[str, dict[str, None]] = {}
    for match in SHOWN.finditer(html):
        directive = DIRECTIVES.get(match["tag"])
        parts = urlsplit(match["address"])
        source = f"{parts.scheme or 'https'}://{parts.netloc}" if parts.netloc else "'self' file:"
        if directive is None or (not parts.netloc and (parts.scheme or directive in {"img-src", "script-src"})):
            continue
        found.setdefault(directive, {})[source] = None
        if source in STYLES:
            found.setdefault("style-src", {})[STYLES[source]] = None
    return found


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
    for directive, sources in shown(html).items():
        rules[directive] = " ".join([*filter(None, [rules.get(directive)]), *sources])
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def with_policy(html: str) -> str:
    """The page with its policy, as early as a browser heeds one."""
    head = CHARSET.search(html)
    if head is None:
        raise ValueError('no <meta charset="utf-8">, behind which the policy would stand')
    return f"{html[: head.end()]}\n{META.format(policy(html))}{html[head.end() :]}"
