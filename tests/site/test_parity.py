"""The same words in the same structure, whether MkDocs or Jekyll builds the folder."""

import re

import pytest
from building import ROOT, jekyll
from reading import first_difference, read

PAGES = ("index.html", "evidence.html", "methods.html", "your-network.html")


@pytest.mark.verify
@pytest.mark.parametrize("name", PAGES)
def test_the_article_reads_as_under_jekyll(built, program, tmp_path, name):
    theirs = read((jekyll(program("jekyll"), ROOT / "docs", tmp_path / "jekyll") / name).read_text("utf-8"))
    ours = read((built / name).read_text("utf-8"))
    assert len(ours) > 30
    assert first_difference(ours, theirs) is None, first_difference(ours, theirs)


PAGE = """<body><article class="md-content__inner"><header class="title"><h1>T</h1></header>
<h2 id="one">One<a class="headerlink" href="#one">#</a></h2>
<p>It’s a <em>short</em> text<sup><a class="footnote-ref" href="#fn:1">1</a></sup>
<small class="sidenote">N</small>
 with <a href="./x.html#y">a link</a>.</p>
<figure id="f"><picture><source srcset="n.svg"><img src="./a/f.svg" alt="A curve"></picture>
<figcaption>The caption.</figcaption></figure><p class="source">figures/f.py</p>
<ul><li>first<ul><li>nested</li></ul></li><li><p>second</p><p>more</p></li></ul>
<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table>
<pre><code>x  = 1
y = 2</code></pre>
<details><summary>Fold</summary><p>Inside.</p></details>
<div class="footnote"><hr><ol><li id="fn:1"><p>N
<a class="footnote-backref" href="#r">↑</a></p></li></ol></div>
</article></body>"""

PLANTED = {
    "a word": ("short", "long"),
    "a lost word": ("a <em>short</em> text", "a text"),
    "emphasis": ("<em>short</em>", "short"),
    "a quotation mark": ("It’s", "It's"),
    "the target of a link": ("./x.html#y", "./x.html#z"),
    "a lost link": ('<a href="./x.html#y">a link</a>', "a link"),
    "a heading's level": ("h2", "h3"),
    "a heading's id": ('id="one"', 'id="one-1"'),
    "a lost heading": ('<h2 id="one">One<a class="headerlink" href="#one">#</a></h2>', ""),
    "the number of a note": ('href="#fn:1">1', 'href="#fn:1">2'),
    "a lost note": ('<li id="fn:1"><p>N', '<li id="fn:1"><p>'),
    "another picture": ("f.svg", "g.svg"),
    "an alternative text": ("A curve", "A line"),
    "a caption": ("The caption.", "A caption."),
    "a lost caption": ("<figcaption>The caption.</figcaption>", ""),
    "a nested list laid flat": ("<ul><li>nested</li></ul></li>", "</li><li>nested</li>"),
    "another kind of list": ("ul>", "ol>"),
    "two items run together": ("</p><p>more", " more"),
    "a header cell": ("th>", "td>"),
    "a lost row": ("<tbody><tr><td>c</td></tr></tbody>", ""),
    "a table as text": (r"<(/?)(table|thead|tbody|tr|th|td)>", r"<\1p>"),
    "spaces in code": ("x  = 1", "x = 1"),
    "a line of code": ("\ny = 2", ""),
    "a part no longer folded": (r"</?details>|</?summary>", ""),
    "two blocks in one": ("Fold</summary><p>", "Fold</summary>"),
    "two blocks exchanged": (r"(?s)(<table>.*</table>)(.*)(<pre>.*</pre>)", r"\3\2\1"),
    "text after the end": ("</article>", "<p>More.</p></article>"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_difference_is_found(planted):
    changed = re.sub(*PLANTED[planted], PAGE)
    assert changed != PAGE
    assert first_difference(read(PAGE), read(changed)) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r'<a class="headerlink".*?</a>', ""),
        (r'<small class="sidenote">N</small>', ""),
        (r'<p class="source">.*?</p>', ""),
        (r'<header class="title">.*?</header>', ""),
        (r'(?s)<figure id="f"><picture>.*?(<img.*?>)</picture>.<figcaption>(.*?)</figcaption>(.*?)</figure>',
         r"<p>\1 <em>\2</em></p>"),
        ("<hr>", ""),
        (r'<a class="footnote-backref".*?</a>', ""),
        ("<p>second</p>", "second"),
        ('href="./x', 'href="/x'),
    ],
)  # fmt: skip
def test_what_the_site_adds_on_purpose_is_no_difference(old, new):
    changed = re.sub(old, new, PAGE)
    assert changed != PAGE
    assert first_difference(read(PAGE), read(changed)) is None
