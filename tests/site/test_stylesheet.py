"""The one style sheet keeps what a page can use, and nothing else."""

import pytest

from whybn.site.stylesheet import gather, used

KNOWN = {"a", "b", "dir=ltr", "data-md-color-scheme=paper"}


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".a{color:red}", ".a{color:red}\n"),
        (".a .b{color:red}", ".a .b{color:red}\n"),
        (".a .c{color:red}", ""),
        (".c,.a>p{color:red}", ".a>p{color:red}\n"),
        (".a:not(.c),p:is(.c,.d){color:red}", ".a:not(.c),p:is(.c,.d){color:red}\n"),
        ("[dir=ltr] .a,[dir=rtl] .a{color:red}", "[dir=ltr] .a{color:red}\n"),
        ('[data-md-color-scheme="slate"]{color:red}', ""),
        ("[data-md-color-scheme=paper]{color:red}", "[data-md-color-scheme=paper]{color:red}\n"),
        ("a[href='.c']::after{content:'.c, }'}", "a[href='.c']::after{content:'.c, }'}\n"),
        ("@media print{.a{color:red}.c{color:red}}", "@media print{.a{color:red}\n}"),
        ("@media print{.c{color:red}}", ""),
        ("@font-face{font-family:c}", "@font-face{font-family:c}"),
    ],
)
def test_rules(css, kept):
    assert used(css, KNOWN).replace('"', "'") == kept.replace('"', "'")


def test_what_is_no_style_sheet_is_refused():
    with pytest.raises(TypeError, match="cannot be read"):
        used("p { color: red } p", set())


def test_every_page_asks_for_one_sheet_at_its_own_address(tmp_path):
    (tmp_path / "assets" / "css").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"assets/css/{name}.css").write_text(f".{name} {{color: red}} .absent {{color: red}}")
    link = '<link rel="stylesheet" href="{}assets/css/{}.css">\n'
    for page, root in {"index.html": "", "notes/x.html": "../", "404.html": "/base/"}.items():
        links = link.format(root, "one") + link.format(root, "two")
        (tmp_path / page).write_text(f'<title>x</title>\n{links}<p class="one two">')
    gather(tmp_path)
    assert (tmp_path / "assets/css/site.css").read_text() == ".one{color: red}\n.two{color: red}\n"
    for page, root in {"index.html": "", "notes/x.html": "../", "404.html": "/base/"}.items():
        html = (tmp_path / page).read_text()
        assert html.count("stylesheet") == 1
        assert f'href="{root}assets/css/site.css"' in html
