"""Line by line: what kramdown means and how it is put to Python-Markdown."""

import pytest

from jekyll_dialect.kramdown import Document, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text\n- a\n- b", "text\n\n- a\n- b"),
        ("- a\n  - b\n    - c\n- d", "- a\n    - b\n        - c\n- d"),
        ("1. a\n   - b\n2. c", "1. a\n    - b\n1. c"),
        ("- a\n\n  more\n- b", "- a\n\n    more\n\n- b"),
        ("- a\nlazy", "- a\n    lazy"),
        ("- a\n\nend", "- a\n\nend"),
        ("* * *\ntext", "* * *\ntext"),
        ("```\ntext\n- a\n```", "```\ntext\n- a\n```"),
        ("<pre>\ntext\n- a\n</pre>", "<pre>\ntext\n- a\n</pre>"),
        ("#tag", "\\#tag"),
        ("## Title {#own}", "## Title {: #own}"),
        ("a\n\n{::comment}\nx\n{:/comment}\nb", "a\n\nb"),
        ("- TOC\n{:toc}", "[TOC]"),
        ("> quote\n{: .pull}", "> quote\n\n⁅attributes before .pull⁆\n"),
        ("{: .pull}\ntext", "⁅attributes after .pull⁆\n\ntext"),
        ("a | b\nc | d", "| ⁅no header⁆ | ⁅no header⁆ |\n| --- | --- |\n| a | b |\n| c | d |"),
        ("a | b\n:-|-:\nc | d", "| a | b |\n| :-- | --: |\n| c | d |"),
        ("`a | b` and \\| c", "`a | b` and \\| c"),
        ("text\na | b", "text\na | b"),
    ],
)
def test_lines(text, expected):
    assert "\n".join(normalise(text.split("\n"), Document())) == expected


def test_what_needs_no_change_keeps_every_line():
    text = "# A\n\nText with *words*.\n\n- a\n- b\n\nMore:\n\n    code\n\n| a | b |\n| --- | --- |\n| c | d |\n"
    assert "\n".join(normalise(text.split("\n"), Document())) == text
