"""Strings from the measurements are text: a page shows them as they are, whoever builds it."""

import html
import json
import re

import pytest

from whybn.pipeline.data import escaped

TEXT = "p < 0.05 & <b>not</b> bold; R&D >= 1 &lt; 2 &copy;"
PAGE = """---
title: A page
---

Said: {{ site.data.claims.small.supported }}

| Setting | Value |
|---|---|
| one | {{ site.data.claims.small.value }} |

{% for one in site.data.claims.small.verdicts %}{{ one[0] }}: {{ one[1] }}{% endfor %}

![{{ site.data.figures.a.alt }}]({{ site.baseurl }}/a.png)
"""


@pytest.mark.parametrize("builder", ["mkdocs", "jekyll"])
def test_what_looks_like_html_is_shown_as_text(site, program, builder):
    claims = {"small": {"supported": TEXT, "value": TEXT, "verdicts": {TEXT: "supported"}}}
    for name, data in {"claims": claims, "figures": {"a": {"alt": TEXT}}}.items():
        site.page(f"_data/{name}.json", json.dumps(escaped(data)))
    site.picture("a.png")
    site.page("index.md", PAGE)
    page = ((site.jekyll(program) if builder == "jekyll" else site.mkdocs()) / "index.html").read_text("utf-8")
    shown = re.search(r"Said: (?:<span id=[^>]*>)?(.*?)(?:</span>)?</p>", page)[1], re.search(r"<td>(p .*?)</td>", page)[1]
    named = re.search(r"<p>(p .*?): supported</p>", page)[1]
    alt = re.search(r'<img[^>]*? alt="([^"]*)"', page)[1]
    for found in (*shown, named, alt):
        assert html.unescape(found) == TEXT
        assert "<" not in found
