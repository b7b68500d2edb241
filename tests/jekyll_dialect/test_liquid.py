"""Liquid as a page sees it: values, and what is said about unknown names."""

import json

import pytest

from jekyll_dialect.errors import PageError
from jekyll_dialect.templating import Page
from jekyll_dialect.templating import render as render_with


@pytest.fixture
def page(tmp_path):
    docs = tmp_path / "docs"
    (docs / "_data").mkdir(parents=True)
    (docs / "_includes").mkdir()
    (docs / "_config.yml").write_text("title: A site\nbaseurl: /ignored\n")
    (docs / "_includes" / "note.html").write_text("<b>{{ include.text }} by {{ include.who }}</b>")
    (docs / "_includes" / "long.html").write_text("1\n" * 40 + "X")
    (docs / "_data" / "sizes.json").write_text(json.dumps({"small": {"width": "3"}}))
    (docs / "_data" / "books.yml").write_text("doshi: {short: Doshi (2021)}\n")
    (docs / "notes.md").write_text("Notes")
    return Page(docs, "index.md", {"title": "A page", "tags": ["one", "two"]})


def render(text, page):
    return render_with(text, page, lambda *_: None)


def problems_of(text, page):
    """What is said of a page, whether it can be rendered or not."""
    try:
        return "\n".join(render(text, page).messages)
    except PageError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ site.title }}, {{ page.title }}, {{ page.name }}", "A site, A page, index.md"),
        ("{{ site.baseurl }}/assets/x.png", "./assets/x.png"),
        ("{{ site.data.books.doshi.short }}", "Doshi (2021)"),
        ("{% for c in site.data.sizes %}{{ c[0] }}: {{ c[1].width }}{% endfor %}", "small: 3"),
        ("{% assign v = 'width' %}{{ site.data.sizes.small[v] }}", "3"),
        ("{% unless page.title == 'x' %}{{ page.tags | join: '+' }}{% endunless %}", "one+two"),
        ("{% capture x %}{{ page.tags | first }}{% endcapture %}{{ x | upcase | append: '!' }}", "ONE!"),
        ("{% raw %}{{ untouched }}{% endraw %}", "{{ untouched }}"),
        ("```\n{{ page.title }}\n```", "```\nA page\n```"),
        ("{% include note.html text='read' who=page.title %}", "<b>read by A page</b>"),
        ("{{ '/x.html' | relative_url }}{{ page.tags | array_to_sentence_string }}", "./x.htmlone and two"),
        ("{% link notes.md %} {{ site.baseurl }}{% link notes.md %}", "./notes.md ./notes.md"),
        ("{% gist someone/12ab %}", '<script src="https://gist.github.com/someone/12ab.js"> </script>'),
    ],
)
def test_renders(page, text, expected):
    rendered = render(text, page)
    assert (rendered.text, rendered.messages) == (expected, [])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one\n{{ site.data.boks.doshi }}", ["docs/index.md:2", "site.data.boks", "did you mean “books”"]),
        ("{{ page.titel }}", ["page.titel", "did you mean “title”"]),
        ("{% if page.subtitle %}x{% endif %}", ["page.subtitle"]),
        ("{{ page.subtitle | default: 'x' }}", ["page.subtitle"]),
        ("{{ 'x' | upcse }}", ["docs/index.md:1", "upcse", "did you mean “upcase”"]),
        ("\n\n{% higlight x %}", ["docs/index.md:3", "did you mean “highlight”"]),
        ("{% highlight %}x{% endhighlight %}", ["highlight LANGUAGE"]),
        ("{{ page.title", ["docs/index.md:1"]),
        ("{% include absent.html %}", ["_includes/absent.html"]),
    ],
)
def test_unknown_names_fail_with_file_line_and_the_nearest_name(page, text, parts):
    said = problems_of(text, page)
    assert all(part in said for part in parts), said


def test_every_unknown_name_of_a_page_is_listed_at_once(page):
    assert [line.split(": ")[0] for line in render("{{ page.a }}\n{{ page.b }}", page).messages] == [
        "docs/index.md:1",
        "docs/index.md:2",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\n\nX", 3),
        ("{% comment %}\n\n{% endcomment %}\nX", 4),
        ("{{ page.title -}}\n\n  X", 3),
        ("one\n\n{%- if true %}\nX{% endif %}", 4),
        ("{% for i in (1..3) %}\n{{ i }}\n\n{% endfor %}\n{% assign x = 1 %}\nX", 6),
        ("{% capture c %}\none\n\nY\n{% endcapture %}\n{{ c }}\nX", 7),
        ("{% include note.html text='x' who='y' %}\nX", 2),
        ("{% raw %}\n\nX{% endraw %}", 3),
        ("{% highlight x %}\nY\n{% endhighlight %}\nX", 4),
        ("one\n\n{{ 'X' }}", 3),
        ("one\n\n{{- 'X' }}", 3),
        ("{% include note.html text='X' who='y' %}", 1),
        ("one\n\n{% include note.html text='X' who='y' %}\n\n", 3),
        ("one\n{% include long.html %}\n\n\n\n\n", 2),
        ("{% for i in (1..3) %}\n{% if i == 2 %}X{% endif %}\n{% endfor %}", 2),
    ],
)
def test_a_place_in_the_rendered_text_has_its_line_in_the_page(page, text, line):
    rendered = render(text, page)
    assert rendered.at(rendered.text.index("X")) == f"docs/index.md:{line}"


def test_lines_are_counted_in_the_file_with_its_front_matter(page):
    (page.docs / "index.md").write_text("---\ntitle: A page\n---\n\nText\n\n{{ page.no }}\n")
    (message,) = render("Text\n\n{{ page.no }}\n", page).messages
    assert message.startswith("docs/index.md:7: ")


def test_an_unknown_name_is_marked_in_the_text(page):
    rendered = render("a {{ site.data.sizes.large.width }} b", page)
    assert rendered.text == "a ⟦site.data.sizes.large⟧ b"
    assert len(rendered.messages) == 1


def test_a_data_file_that_is_no_json_is_named(page):
    (page.docs / "_data" / "sizes.json").write_text("{")
    with pytest.raises(PageError, match=r"sizes\.json:1: not valid JSON"):
        render("x", page)


def test_a_data_file_of_another_encoding_is_named(page):
    (page.docs / "_data" / "books.yml").write_text("a: é", encoding="latin-1")
    with pytest.raises(PageError, match=r"books\.yml: not UTF-8"):
        render("x", page)


def test_an_edited_data_file_is_read_again(page):
    render("{{ site.data.books.doshi.short }}", page)
    (page.docs / "_data" / "books.yml").write_text("doshi: {short: Another}\n")
    assert render("{{ site.data.books.doshi.short }}", page).text == "Another"


@pytest.mark.parametrize(("src_uri", "base"), [("index.md", "."), ("notes/x.md", ".."), ("a/b/c.md", "../..")])
def test_base_is_the_way_to_the_root(page, src_uri, base):
    assert render("{{ site.baseurl }}", Page(page.docs, src_uri)).text == base
