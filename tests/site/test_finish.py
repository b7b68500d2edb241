"""What a finished site has: policy, feed, sitemap and social card."""

import base64
import hashlib
import io
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import yaml
from building import ROOT
from PIL import Image

from whybn.drawing.card import card
from whybn.site.feed import Article, feed
from whybn.site.policy import policy, with_policy

ADDRESS = "https://example.org/batch-norm/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
META = {"title": "T", "date": "2026-11-22", "author": "A", "description": "D"}


def test_the_policy_allows_the_scripts_of_the_page_and_no_other():
    text = "let a = '&lt;';\n"
    other = '<script src="x.js"></script><script type="application/json">{}</script>'
    html = f'<meta charset="utf-8"><script>{text}</script>{other}'
    rules = dict(rule.split(" ", 1) for rule in policy(html).split("; "))
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert rules["script-src"] == f"'self' file: 'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert with_policy(html).index("Content-Security-Policy") < with_policy(html).index("<script")


@pytest.mark.parametrize(
    ("html", "rule", "source"),
    [
        ('<iframe width="1" src="https://v.example/x?a=1"></iframe>', "frame-src", "https://v.example"),
        ('<img alt="a > b" src="https://i.example/a.png">', "img-src", "'self' file: data: https://i.example"),
        ("<video src='a.mp4' controls></video>", "media-src", "'self' file:"),
        ('<video><source src="//m.example/a.mp4"></video>', "media-src", "https://m.example"),
        ('<script src="https://gist.github.com/a/b.js"> </script>', "style-src",
         "'self' file: 'unsafe-inline' https://github.githubassets.com"),
        ('<a href="https://a.example"><img src="a.png"></a><link rel="x" href="https://l.example">', "img-src",
         "'self' file: data:"),
    ],
)  # fmt: skip
def test_the_policy_of_a_page_allows_what_it_shows_and_that_of_another_does_not(html, rule, source):
    rules = dict(one.split(" ", 1) for one in policy(html).split("; "))
    assert rules[rule] == source
    assert "example" not in policy("<p>x") + policy('<a href="https://a.example">x</a>')
    assert ("frame-src" in rules) == ("<iframe" in html)


@pytest.mark.parametrize(
    "attributes", [" type='module'", ' type="text/javascript"', " TYPE=Module", ' data-src="x"', " async"]
)
def test_every_script_written_into_a_page_is_allowed_by_its_digest(attributes):
    digest = base64.b64encode(hashlib.sha256(b"run()").digest()).decode()
    assert f"'sha256-{digest}'" in policy(f"<SCRIPT{attributes}>run()</SCRIPT>")


class _Tags(HTMLParser):
    """What is wrong with the tags of a text: closed without having been opened, or never closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.wrong = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the base class gives it
        if tag not in {"img", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.wrong.append(tag)


def unclosed(html):
    tags = _Tags(html)
    return tags.wrong + tags.open


def test_a_page_without_a_head_is_refused():
    with pytest.raises(ValueError, match="charset"):
        with_policy("<p>x")


def test_the_feed_holds_the_article_with_whole_addresses():
    page = """<header>H</header><article class="x"><header class="title"><h1>T</h1></header>
<p class="reading-time">2 minutes</p>
<p>A &amp; <a href="methods.html#x" class="y">b</a><small class="sidenote">S <i>n</i></small>
<button class="term" type="button">gain</button>.<a class="headerlink" href="#z">#</a></p>
<figure id="f"><picture><source srcset="n.svg"/><img src="assets/f.svg" alt="F" width="680"/></picture>
<figcaption>C</figcaption></figure><p class="source">script</p><div class="explanation">E</div></article>"""
    entry = ET.fromstring(feed([Article(page, ADDRESS, META)], ADDRESS)).find("a:entry", ATOM)
    content = re.sub(r"\n", "", entry.find("a:content", ATOM).text)
    assert content == (
        f'<p>A &amp; <a href="{ADDRESS}methods.html#x">b</a><span>gain</span>.</p>'
        f'<figure><picture><img src="{ADDRESS}assets/f.svg" alt="F" width="680"></picture>'
        "<figcaption>C</figcaption></figure>"
    )
    assert entry.find("a:updated", ATOM).text == "2026-11-22T00:00:00Z"


def test_the_card_shows_the_longer_training():
    def table(loss):
        rows = [f'"{arm} Batch Norm, {steps} steps",loss,{rate},{gain},{loss if steps == 320 else "inf"}'
                for arm in ("without", "with") for steps in (80, 320) for rate in (0.1, 1) for gain in (1, 10)]  # fmt: skip
        return "\n".join(["panel,series,x,y,value", *rows])

    low, high = card("T", table(0.1)), card("T", table(9))
    assert Image.open(io.BytesIO(low)).size == (1200, 630)
    assert low != high
    assert low == card("T", table(0.1))


@pytest.mark.verify
def test_a_published_site_has_feed_sitemap_and_card(published):
    root = ET.parse(published / "feed.xml").getroot()
    content = root.find("a:entry/a:content", ATOM).text
    assert unclosed(content) == []
    assert " id=" not in content
    canonical = re.search('<link rel="canonical" href="([^"]*)">', (published / "index.html").read_text())[1]
    for holder in ("a", "a:entry/a"):
        assert root.find(f"{holder}:link[@rel='alternate']", ATOM).get("href") == canonical
    addresses = re.findall(r'(?:src|href)="([^"]*)"', content)
    assert len(addresses) > 50
    assert all(urlsplit(address).scheme == "https" for address in addresses)
    pictures = [address for address in addresses if address.endswith(".svg")]
    assert all((published / address.removeprefix(ADDRESS)).is_file() for address in pictures)
    locations = re.findall("<loc>(.*?)</loc>", (published / "sitemap.xml").read_text())
    assert locations == [f"{ADDRESS}{name}.html" for name in ("index", "evidence", "methods", "your-network")]
    with Image.open(published / "assets" / "card.png") as picture:
        assert picture.size == (1200, 630)
    for name in ("index", "evidence", "methods"):
        html = (published / f"{name}.html").read_text()
        assert f'<meta property="og:image" content="{ADDRESS}assets/card.png">' in html
        assert f'<link rel="canonical" href="{ADDRESS}{name}.html">' in html
    assert 'href="/batch-norm/index.html"' in (published / "404.html").read_text()


@pytest.mark.verify
def test_without_an_address_nothing_claims_one(built):
    assert not list(built.glob("sitemap*"))
    assert not (built / "feed.xml").exists()
    assert "og:image" not in (built / "index.html").read_text()


@pytest.mark.verify
def test_the_ways_to_cite_agree(built):
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    meta = yaml.safe_load(text.split("---")[1])
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["title"] == meta["title"]
    assert [author["name"] for author in citation["authors"]] == [meta["author"]]
    assert citation["version"] == meta["version"]
    assert str(citation["date-released"]) == meta["date"]
    html = re.sub("<[^>]+>", "", (built / "index.html").read_text(encoding="utf-8"))
    entry = dict(re.findall(r"^  (\w+) += \{+(.*?)\}+,?$", html.split("@misc{whybn,")[1].split("\n}\n")[0], re.MULTILINE))
    assert entry == {
        "author": meta["author"],
        "title": meta["title"],
        "year": meta["date"][:4],
        "note": f"{meta['version']}, {meta['date']}",
    }
