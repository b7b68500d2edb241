"""What the search finds first, as a reader's browser has it."""

import json

import pytest

from whybn.site.search import tune


def test_articles_come_first_tags_go_and_other_names_are_added(tmp_path):
    (tmp_path / "docs/_data").mkdir(parents=True)
    (tmp_path / "docs/_data/other_names.yml").write_text("a.html#x: RMSNorm\na.html#y: Lost\n")
    (tmp_path / "search").mkdir()
    docs = [
        {"location": "a.html#x", "title": "X", "text": "Norms.", "tags": ["t"]},
        {"location": "b.html", "title": "B", "text": "Y"},
    ]
    (tmp_path / "search/search_index.json").write_text(json.dumps({"config": {"lang": ["en"]}, "docs": docs}))
    (wrong,) = tune(tmp_path, tmp_path / "docs", ["a.html"])
    assert wrong == "docs/_data/other_names.yml: no section a.html#y (did you mean “a.html#x”?)"
    index = json.loads((tmp_path / "search/search_index.json").read_text())
    first, second = index["docs"]
    assert first.pop("boost") > 1000
    assert first == {"location": "a.html#x", "title": "X", "text": "Norms. <p>Also: RMSNorm.</p>"}
    assert second == docs[1]
    assert index["config"] == {"lang": ["en"]}


@pytest.fixture
def search(served, visit):
    """Return ``search(words)``: of each result the file and anchor that it leads to, and what is shown of it."""
    page, errors, _ = visit(served)
    field = page.locator(".md-search__input")
    field.click()
    page.locator(".md-search-result__meta", has_text="Type to start").wait_for(state="attached")

    def look_for(words):
        field.press("ControlOrMeta+a")
        field.press_sequentially(words)  # it listens to keys
        found = page.locator(".md-search-result__item")
        page.locator(".md-search-result__meta", has_text="matching").wait_for(state="attached")
        page.wait_for_timeout(1000)
        assert errors == []
        return [(one.locator("a").first.get_attribute("href").rpartition("/")[2], one.inner_text()) for one in found.all()]

    return look_for


def file_and_anchor(address):
    """Without the words that the page is to mark."""
    path, _, rest = address.partition("?")
    anchor = (rest or path).partition("#")[2]
    return path.partition("#")[0], anchor


@pytest.mark.verify
@pytest.mark.parametrize("words", ["learning rate", "small batches", "covariate shift", "sharpness"])
def test_the_article_is_found_before_the_ledger(search, words):
    files = [file_and_anchor(address)[0] for address, _ in search(words)]
    assert files[0] == "index.html"
    assert "evidence.html" in files


@pytest.mark.verify
@pytest.mark.parametrize("words", ["RMSNorm", "which norm"])
def test_the_table_of_norms_is_found(search, words):
    ((address, shown), *_) = search(words)
    assert file_and_anchor(address)[0] == "index.html"
    assert "Which norm, when?" in shown


@pytest.mark.verify
def test_what_is_shown_runs_nothing_together(search, built):
    for words in ("learning rate", "small batches", "batch norm"):
        shown = " ".join(text for _, text in search(words))
        assert "batch-normnormalisation" not in shown
        assert "make figures" not in shown
    texts = [entry["text"] for entry in json.loads((built / "search/search_index.json").read_text())["docs"]]
    notes = [text for text in texts if "Ioffe and Szegedy, " in text]
    assert len(notes) <= 2, "citations stand in the list of notes alone, of the article and of the evidence"
