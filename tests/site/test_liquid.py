"""Liquid as a page sees it: values, and what is said about unknown names."""

import json

import pytest

from whybn.evidence.claims import VERDICT_WORDS
from whybn.pipeline import data
from whybn.site import problems
from whybn.site.errors import ArticleError
from whybn.site.templating import Page, render

CLAIM = {
    "id": "wider_rates", "says": "More rates train.", "quantity": "decades", "value": "1.1",
    "interval": "0.9 to 1.3", "margin": "above 0.5", "verdict": "mixed",
    "mixed": "More rates train in deep networks.", "sentence": "More rates train in deep networks.",
}  # fmt: skip


@pytest.fixture
def page(tmp_path):
    docs = tmp_path / "docs"
    (docs / "_data").mkdir(parents=True)
    (docs / "_includes").mkdir()
    (docs / "_config.yml").write_text("title: A site\nbaseurl: /ignored\n")
    (docs / "_includes" / "note.html").write_text("<b>{{ include.text }} by {{ include.who }}</b>")
    (docs / "_includes" / "long.html").write_text("1\n" * 40 + "X")
    (docs / "_data" / "claims.json").write_text(json.dumps({"wider_rates": CLAIM}))
    (docs / "_data" / "books.yml").write_text("doshi: {short: Doshi (2021)}\n")
    return Page(docs, "index.md", {"title": "A page", "tags": ["one", "two"]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ site.title }}, {{ page.title }}, {{ page.name }}", "A site, A page, index.md"),
        ("{{ site.baseurl }}/assets/x.png", "./assets/x.png"),
        ("{{ site.data.books.doshi.short }}", "Doshi (2021)"),
        ("{{ site.data.claims.wider_rates.mixed }}", "More rates train in deep networks."),
        ("{% for c in site.data.claims %}{{ c[0] }}: {{ c[1].value }}{% endfor %}", "wider_rates: 1.1"),
        (
            "{% assign v = 'mixed' %}{{ site.data.claims.wider_rates[v] }}",
            "More rates train in deep networks.",
        ),
        ("{% unless page.title == 'x' %}{{ page.tags | join: '+' }}{% endunless %}", "one+two"),
        ("{% capture x %}{{ page.tags | first }}{% endcapture %}{{ x | upcase | append: '!' }}", "ONE!"),
        ("{% raw %}{{ untouched }}{% endraw %}", "{{ untouched }}"),
        ("```\n{{ page.title }}\n```", "```\nA page\n```"),
        ("{% include note.html text='read' who=page.title %}", "<b>read by A page</b>"),
        ("{{ '/x.html' | relative_url }}{{ page.tags | array_to_sentence_string }}", "./x.htmlone and two"),
        ("{% link methods.md %} {% post_url notes %}", "./methods.md ./notes.md"),
        ("{% gist someone/12ab %}", '<script src="https://gist.github.com/someone/12ab.js"> </script>'),
        (
            "{% highlight c++ %}\na < b; // *x*\n{% endhighlight %}",
            "<figure class='highlight'><pre><code class='language-c--' data-lang='c++'>".replace("'", '"')
            + "a &lt; b; // *x*</code></pre></figure>",
        ),
    ],
)
def test_renders(page, text, expected):
    rendered = render(text, page)
    assert (rendered.text, rendered.messages) == (expected, [])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one\n{{ site.data.boks.doshi }}", ["docs/index.md:2", "site.data.boks", "did you mean “books”"]),
        ("{{ site.data.claims.wide_rates.mixed }}", ["docs/index.md:1", "did you mean “wider_rates”"]),
        ("{{ page.titel }}", ["page.titel", "did you mean “title”"]),
        ("{% if page.subtitle %}x{% endif %}", ["page.subtitle"]),
        ("{{ page.subtitle | default: 'x' }}", ["page.subtitle"]),
        ("{{ 'x' | upcse }}", ["docs/index.md:1", "upcse", "did you mean “upcase”"]),
        ("\n\n{% higlight x %}", ["docs/index.md:3", "did you mean “highlight”"]),
        ("{% highlight %}x{% endhighlight %}", ["highlight LANGUAGE"]),
        ("{{ page.title", ["docs/index.md:1"]),
        ("{% include absent.html %}", ["_includes/absent.html"]),
        ("{{ site.data.figures.a.alt }}", ["_data/figures.json has not been computed", "make figures"]),
    ],
)
def test_unknown_names_fail_with_file_line_and_the_nearest_name(page, text, parts):
    with pytest.raises(ArticleError) as failure:
        render(text, page)
    assert all(part in str(failure.value) for part in parts), failure.value


def test_a_changed_verdict_says_which_sentence_stopped_being_true_and_what_to_quote(page):
    with pytest.raises(ArticleError) as failure:
        render("\n{{ site.data.claims.wider_rates.supported }}", page)
    message = str(failure.value)
    assert message.startswith("docs/index.md:2: the claim “wider_rates” is quoted as “supported”")
    assert "its verdict is now “mixed” (decades: 1.1, interval 0.9 to 1.3, margin above 0.5)" in message
    assert "What this line says of “More rates train.” is no longer true" in message
    assert "it would now read: “More rates train in deep networks.”" in message
    assert "quote site.data.claims.wider_rates.mixed" in message


@pytest.mark.parametrize("verdict", VERDICT_WORDS)
def test_every_verdict_can_be_quoted(page, verdict):
    """None is a word of Liquid's own, and all who ask for verdicts know it."""
    assert verdict in data.VERDICTS
    assert verdict in problems.VERDICTS
    (page.docs / "_data" / "claims.json").write_text(json.dumps({"wider_rates": {verdict: "It is so."}}))
    found = render(f"{{{{ site.data.claims.wider_rates.{verdict} }}}}", page)
    assert (found.text, found.messages) == ("It is so.", [])


def test_a_mixed_claim_whose_settings_differ_in_another_way_is_no_longer_true(page):
    turned = {**CLAIM, "verdicts": {"deep": "not_seen_here", "shallow": "supported"}}
    del turned["mixed"]
    (page.docs / "_data" / "claims.json").write_text(json.dumps({"wider_rates": turned}))
    with pytest.raises(ArticleError) as failure:
        render("{{ site.data.claims.wider_rates.mixed }}", page)
    assert "still “mixed”, but its settings differ in another way than its sentence tells" in str(failure.value)
    assert "deep: not_seen_here; shallow: supported (decades: 1.1" in str(failure.value)


def test_every_unknown_name_of_a_page_is_listed_at_once(page):
    with pytest.raises(ArticleError) as failure:
        render("{{ page.a }}\n{{ page.b }}", page)
    assert [line.split(": ")[0] for line in str(failure.value).split("\n")] == [
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
    with pytest.raises(ArticleError, match=r"docs/index\.md:7: "):
        render("Text\n\n{{ page.no }}\n", page)


def test_unknown_figure_names_the_nearest_and_its_command(page):
    (page.docs / "_data" / "figures.json").write_text('{"target_function": {"alt": "x"}}')
    with pytest.raises(ArticleError, match=r"did you mean “target_function”.*make figures FIGURE=target_functon"):
        render("{{ site.data.figures.target_functon.alt }}", page)


def test_lenient_marks_the_place_and_goes_on(page):
    rendered = render("a {{ site.data.claims.wider_rates.supported }} b", page, lenient=True)
    assert rendered.text == "a ⟦site.data.claims.wider_rates.supported⟧ b"
    assert len(rendered.messages) == 1


def test_a_data_file_that_is_no_json_is_named(page):
    (page.docs / "_data" / "claims.json").write_text("{")
    with pytest.raises(ArticleError, match=r"claims\.json:1: not valid JSON"):
        render("x", page)


def test_a_data_file_of_another_encoding_is_named(page):
    (page.docs / "_data" / "books.yml").write_text("a: é", encoding="latin-1")
    with pytest.raises(ArticleError, match=r"books\.yml: not UTF-8"):
        render("x", page)


def test_an_edited_data_file_is_read_again(page):
    render("{{ site.data.books.doshi.short }}", page)
    (page.docs / "_data" / "books.yml").write_text("doshi: {short: Another}\n")
    assert render("{{ site.data.books.doshi.short }}", page).text == "Another"


@pytest.mark.parametrize(("src_uri", "base"), [("index.md", "."), ("notes/x.md", ".."), ("a/b/c.md", "../..")])
def test_base_is_the_way_to_the_root(page, src_uri, base):
    assert render("{{ site.baseurl }}", Page(page.docs, src_uri)).text == base
