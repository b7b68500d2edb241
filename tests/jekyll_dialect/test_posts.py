"""Whole posts, built by MkDocs and by Jekyll; what their front matter and their links say; what they show from elsewhere."""

import re
from pathlib import Path

import pytest
from dialect import converter
from reading import first_difference, read

from jekyll_dialect.templating import Page
from jekyll_dialect.templating import render as render_with

POSTS = Path(__file__).parent / "posts"
LINKS = ("[one]({% post_url 2026-01-02-another-one %}) [two]({{ site.baseurl }}{% post_url 2026-01-02-another-one %}#part) "
         "[three]({% link notes.md %}) [four]({{ site.baseurl }}{% link notes.md %}) "
         "[five]({% post_url deep/2026-01-03-far %})")  # fmt: skip
VIDEO = '<iframe width="560" height="315" src="https://video.example/embed/x?a=1&amp;b=2" allowfullscreen></iframe>'


@pytest.mark.parametrize("post", sorted(path.name for path in POSTS.glob("*.md") if path.name != "correct.md"))
def test_a_post_by_somebody_else_reads_as_under_jekyll(site, program, post):
    site.page("index.md", (POSTS / post).read_text(encoding="utf-8"))
    site.page("_includes/aside.html", "<aside>{{ include.text }} ({{ include.level }})</aside>\n")
    for name in ("step-1", "landscape"):
        site.picture(f"assets/images/Schedules/{name}.png")
    theirs = read((site.jekyll(program) / "index.html").read_text(encoding="utf-8"))
    ours = read((site.mkdocs() / "index.html").read_text(encoding="utf-8"))
    assert len(ours) > 20
    assert first_difference(ours, theirs) is None, first_difference(ours, theirs)


def test_links_to_posts_and_pages_lead_there_with_and_without_a_base(site):
    site.page("index.md", f"# Home\n\n{LINKS}")
    site.page("_posts/2026-01-02-another-one.md", f"---\ntitle: Another\n---\n\n## Part\n\n{LINKS}")
    site.page("deep/_posts/2026-01-03-far.md", f"---\ntitle: Far\n---\n\n{LINKS}")
    site.page("notes.md", "# Notes\n\nText.")
    folder = site.mkdocs()  # strict: a link that leads nowhere stops it
    done = site.run_finish()
    assert done.returncode == 0, done.stderr
    for name in ("index.html", "_posts/2026-01-02-another-one.html", "deep/_posts/2026-01-03-far.html"):
        hrefs = re.findall(r'<a href="([^"]*)">(?:one|two|three|four|five)</a>', (folder / name).read_text("utf-8"))
        targets = [(folder / name).parent / href.partition("#")[0] for href in hrefs]
        assert [path.resolve().name for path in targets] == [
            "2026-01-02-another-one.html", "2026-01-02-another-one.html", "notes.html", "notes.html", "2026-01-03-far.html",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ("title: T\ncategories: [ Neural, tutorial ]\ntags: featured", "_posts/2026-01-02-some-title.md"),
        ("category: One\ntags: [a, b]\ndate: 2026-03-04", "_posts/2026-01-02-some-title.md"),
        ("categories: one two\ntag: x y", "_posts/2026-01-02-some-title.md"),
        ("tags: one two", "deep/_posts/2026-01-02-some-title.md"),
        ("tags: one two\ncategories: [z]\ndate: 2026-03-04", "some-page.md"),
    ],
)
def test_a_post_has_the_variables_that_jekyll_gives_it(site, program, tmp_path, keys, name):
    date = " {{ page.date }}" if "_posts" in name or "date" in keys else ""
    title = "{{ page.title }} " if "_posts" in name or "title" in keys else ""
    text = f"{title}({{{{ page.tags | join: '+' }}}}) ({{{{ page.categories | join: '+' }}}}){date}"
    if "categor" not in keys and "_posts" not in name:
        text = text.replace("{{ page.categories | join: '+' }}", "")
    site.page(name, f"---\nlayout: none\n{keys}\n---\n\n{text}\n")
    (built,) = site.jekyll(program).rglob("*.html")
    import yaml

    ours = converter(tmp_path, yaml.safe_load(keys), name)(text)
    assert ours.strip() == built.read_text("utf-8").strip()


def said_of(tmp_path, caplog, text, meta=None):
    """HTML, and what is said of a page."""
    (tmp_path / "docs").mkdir(exist_ok=True)
    (tmp_path / "docs" / "index.md").write_text(text, encoding="utf-8")
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    html = converter(tmp_path, meta)(body)
    return html, "\n".join(caplog.messages)


REFUSED = {
    "a plugin's tag": ("Text\n\n{% youtube abc %}", "3: no tag “youtube”: tags of plugins are not supported; write the <"),
    "an unknown plugin": ("{% jektify x %}", "1: no tag “jektify”: tags of plugins are not supported"),
    "a post that is not there": ("{% post_url 2026-01-02-none %}", "1: no post docs/_posts/2026-01-02-none.md"),
    "a page that is not there": ("{% link indx.md %}", "1: no file docs/indx.md (did you mean “index.md”?)"),
    "numbered lines": ("{% highlight c linenos %}\nx\n{% endhighlight %}", "1: lines of code are not numbered here"),
    "an unknown command of TeX": ("A\n\nThe $$\\foo x$$", "3: the formula $$\\foo x$$ cannot be set: no command “\\foo”"),
    "an unknown environment": ("$$\n\\begin{foo}x\\end{foo}\n$$", "2: the formula $$\\begin{foo}x"),
    "unbalanced TeX": ("A $$\\left( a$$ b", "1: the formula $$\\left( a$$ cannot be set: extra left"),
    "an alignment in a line": ("$$a & b$$", "1: the formula $$a & b$$ cannot be set: a sign & or a brace"),
    "a formula over a blank line": ("$$\na\n\nb\n$$", "1: this formula is not closed before a blank line"),
    "single dollars": ("Let $x_{1}$ be", "1: TeX stands here outside of $$ and $$"),
    "brackets": ("Let \\\\(x\\\\) be", "1: TeX stands here outside of $$ and $$"),
    "published": ("---\ntitle: T\npublished: false\n---\n\nText", "3: this page would be published all the same"),
    "permalink": ("---\npermalink: /about/\n---\n\nText", "2: this page stands at /index.html here, not at /about/"),
    "a filter of Jekyll's": ("{{ 'a' | markdownify }}", "1: unknown filter 'markdownify': write the text where it belongs"),
    "a definition of several blocks": ("- a\n  : b\n\n    c\n\n    d", "2: within an item a definition holds one"),
    "words for front matter": ("---\nNo key at all\n---\n\nText", "2: the front matter holds no keys with values"),
    "broken front matter": ("---\ntitle: a: b\n---\n\nText", "2: not valid YAML"),
    "other options": ('{::options auto_ids="false" /}\n\nText', "1: the only option is {::options parse_block_html"),
    "nomarkdown": ("{::nomarkdown}\n<b>x</b>\n{:/}", "1: {::…} of this kind is not supported"),
    "named attributes": ("{:note: .x}\n\nText", "1: attributes cannot be named here"),
    "an end of block": ("- a\n\n^\n\n- b", "3: a sign ^ ends no block here"),
    "a note glued to another": ("A[^a] B[^b]\n\n[^a]: One\n\n    more\n[^b]: Two", "6: this counts as text of the"),
    "a closing tag in a line": ('{::options parse_block_html="true" /}\n\n<details>\n<summary>S</summary>\n\nx\n</details>',
                              "4: an element with Markdown in it ends at the head of a line, so put </summary> there"),
    "an abbreviation without meaning": ("A B\n\n*[B]:", "3: the meaning of this abbreviation is missing"),
    "a title in brackets": ("[a]\n\n[a]: x.html (Title)", "3: the title of a link stands between quotation marks"),
    "an iframe": (f"Text\n\n{VIDEO}", "3: this <iframe> has readers' browsers ask video.example: allow it"),
    "a remote image": ("![x](https://img.example/a.png)", "1: this <img> has readers' browsers ask img.example"),
    "a gist": ("{% gist someone/12ab %}", "1: this <script> has readers' browsers ask gist.github.com"),
    "a remote video": ("<video src='//v.example/a.mp4'></video>", "1: this <video> has readers' browsers ask v.example"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_rendered_alike_is_refused_with_its_line(tmp_path, caplog, name):
    text, message = REFUSED[name]
    _, said = said_of(tmp_path, caplog, text)
    assert said.startswith(f"docs/index.md:{message}"), said


def test_what_a_page_names_is_shown_and_what_it_does_not_is_left_out(tmp_path, caplog):
    text = f"{VIDEO}\n\n![x](https://img.example/a.png)\n\n```\n{VIDEO}\n```\n\n<video src='a.mp4' controls></video>\n"
    html, said = said_of(tmp_path, caplog, text, {"embeds": ["video.example"]})
    assert html.count("<iframe") == 1
    assert "<img" not in html
    assert "not shown: https://img.example/a.png" in html
    assert "<video src='a.mp4'" in html
    assert len(said.split("\n")) == 1


def test_a_formula_that_cannot_be_set_stays_as_tex_and_is_marked(tmp_path, caplog):
    html, _ = said_of(tmp_path, caplog, "A $$\\foo$$ b")
    assert '<mark class="unresolved">$$\\foo$$</mark>' in html


def test_formulas_are_set_while_the_page_is_built(tmp_path, caplog):
    html, said = said_of(tmp_path, caplog, "Let $$a_1$$ be.\n\n$$ b * c $$\n")
    assert re.search(r'<math alttext="a_1"[^>]*display="inline"><mrow><msub>', html)
    assert re.search(r'<math alttext="b \* c"[^>]*display="block">', html)
    assert said == ""


def test_code_of_a_highlight_is_coloured():
    text = "{% highlight python %}\ndef f(): return 1\n{% endhighlight %}"
    html = render_with(text, Page(Path("none")), lambda *_: None).text
    assert '<span class="k">def</span>' in html


def test_what_is_reported_stands_at_the_end_of_the_page_for_builders_that_count_no_warnings(tmp_path, caplog, monkeypatch):
    page = "# A *heading*\n\n{{ page.no }} -- $$\\foo$$\n\n<img src='https://img.example/a.png'>\n"
    html, said = said_of(tmp_path, caplog, page)
    found = re.findall("<!-- problem: (.*?) -->", html)
    assert [message.replace("- -", "--") for message in found] == said.replace("<img>", "&lt;img&gt;").split("\n")
    assert len(found) == 3
    assert "problem" not in said_of(tmp_path, caplog, "# A heading\n")[0]
    monkeypatch.setenv("JEKYLL_LENIENT", "1")
    assert "<!--" not in said_of(tmp_path, caplog, page)[0]


@pytest.mark.parametrize(
    ("day", "config", "said"),
    [("2026-01-02", "", False), ("2999-01-02", "", True), ("2999-01-02", "future: true\n", False)],
)
def test_a_post_that_jekyll_withholds_is_named(site, program, day, config, said):
    site.page("index.md", "# Home")
    site.page(f"_posts/{day}-later.md", "---\ntitle: Later\n---\n\nText\n")
    with (site.docs / "_config.yml").open("a") as file:
        file.write(config)
    assert (site.jekyll(program) / "later.html").is_file() != said
    done = site.run_mkdocs()
    assert (f"docs/_posts/{day}-later.md:1: Jekyll withholds this post until {day}: move it to" in done.stderr) == said
    assert (done.returncode != 0) == said


@pytest.mark.parametrize("block", ["```ruby\nputs 1\n```", "<div>\nx\n</div>", '<div class="b">x</div>', "    code", "- a"])
@pytest.mark.parametrize("above", [True, False])
def test_attributes_of_a_block_are_those_of_its_element(site, program, tmp_path, block, above):
    text = f'{{: .a #i title="T"}}\n{block}\n' if above else f'{block}\n{{: .a #i title="T"}}\n'
    site.page("index.md", f"---\nlayout: none\n---\n\n{text}")
    theirs = (site.jekyll(program) / "index.html").read_text("utf-8")
    for html in (converter(tmp_path)(text), theirs):
        (tag,) = re.findall(r"<[a-z]+ [^>]*id=[^>]*>", html)
        assert "a" in re.search(r'class="(.*?)"', tag)[1].split()
        assert 'id="i"' in tag
        assert 'title="T"' in tag
        assert not re.search("<p[ >]", html)


def test_front_matter_without_a_key_is_no_rule(site, program):
    site.page("index.md", "---\n---\n\nText\n")
    assert read(f"<article>{(site.jekyll(program) / 'index.html').read_text('utf-8')}</article>") == ["p: Text"]
    assert read((site.mkdocs() / "index.html").read_text("utf-8")) == ["p: Text"]


def test_a_name_with_underscores_is_an_anchor_for_mkdocs(site):
    page = "[a](#the_one) [b](#two_) [c](#x_y_z)\n\n*Em*{: #the_one} *a `b`{: #two_} c*\n\nText\n{: #x_y_z}\n"
    site.page("index.md", page)
    html = (site.mkdocs() / "index.html").read_text("utf-8")  # strict: an anchor that is not there stops it
    assert 'id="the_one"' in html


def test_an_element_that_asks_for_markdown_keeps_its_other_attributes(tmp_path):
    for asked in ('markdown="1"', "markdown='block'", "markdown=1"):
        html = converter(tmp_path)(f'<details class="x" {asked} open="open">\n<summary>S</summary>\n\n*a*\n</details>\n')
        assert html.startswith('<details class="x" open="open">\n'), html
