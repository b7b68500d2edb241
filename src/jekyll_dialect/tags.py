"""The tags and filters that Jekyll adds to Liquid, for python-liquid."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

from liquid import Environment, RenderContext, TokenStream
from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidSyntaxError, TemplateNotFoundError
from liquid.parser import get_parser
from liquid.stringify import to_liquid_string
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from jekyll_dialect.nearest import nearest

HIGHLIGHT = re.compile(r"([a-zA-Z0-9.+#_-]+)((?:\s+\w+(?:=(?:\w+|\"(?:[0-9]+\s)*[0-9]+\"))?)*)")
_VALUE = r"(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([\w.-]+))"
PARAMETER = re.compile(rf"([\w-]+)\s*=\s*{_VALUE}", re.DOTALL)
INCLUDE = re.compile(rf"([\w./-]+)\s*((?:{PARAMETER.pattern}\s*)*)", re.DOTALL)
BASE_BEFORE = re.compile(r"\{\{-?\s*site\.baseurl\s*-?\}\}(?:\{%-?\s*)?\Z")


def _argument(stream: TokenStream) -> str:
    """The raw text between a tag's name and its end; the stream is left on that text."""
    if stream.peek.kind == TOKEN_EXPRESSION:
        next(stream)
        return stream.current.value.strip()
    return ""


class _TextNode(Node):
    """A node that writes a fixed piece of HTML."""

    def __init__(self, token: Token, text: str) -> None:
        super().__init__(token)
        self.text = text
        self.blank = False

    def __str__(self) -> str:
        return self.text

    def render_to_output(self, _: RenderContext, buffer: TextIO) -> int:
        return buffer.write(self.text)


class _HighlightNode(Node):
    def __init__(self, token: Token, language: str, block: BlockNode) -> None:
        super().__init__(token)
        self.language, self.block, self.blank = language, block, False

    def __str__(self) -> str:
        return f"{{% highlight {self.language} %}}{self.block}{{% endhighlight %}}"

    def children(self, *_: object, **__: object) -> list[Node]:
        return [self.block]

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        inner = context.get_buffer(buffer)
        self.block.render(context, inner)
        shown = coloured(inner.getvalue().strip("\r\n"), self.language)
        name = self.language.replace("+", "-")
        opening = f'<code class="language-{name}" data-lang="{self.language}">'
        return buffer.write(f'<figure class="highlight"><pre>{opening}{shown}</code></pre></figure>')


def coloured(code: str, language: str) -> str:
    """Code as HTML with the classes of Pygments; plain for a language that it does not know."""
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return html.escape(code, quote=False)
    # Some lexers drop a last line without an end, so that one is added here and taken away.
    return re.sub(r"\n(</span>)?\n?$", r"\1", highlight(code, lexer, HtmlFormatter(nowrap=True)))


class HighlightTag(Tag):
    """`{% highlight python %} … {% endhighlight %}`."""

    name, end, block = "highlight", "endhighlight", True

    def parse(self, stream: TokenStream) -> Node:
        """Read the tag from the stream; LiquidSyntaxError names what was expected."""
        token, argument = stream.current, _argument(stream)
        match = HIGHLIGHT.fullmatch(argument)
        if not match:
            raise LiquidSyntaxError("expected `highlight LANGUAGE`", token=token)
        if "linenos" in match[2]:
            raise LiquidSyntaxError("lines of code are not numbered here: take `linenos` away", token=token)
        next(stream)
        block = get_parser(self.env).parse_block(stream, (self.end,))
        return _HighlightNode(token, match[1].lower(), block)


class GistTag(Tag):
    """`{% gist USER/ID [FILE] %}`: the script and the link that the jekyll-gist plugin writes."""

    name, block = "gist", False

    def parse(self, stream: TokenStream) -> Node:
        """Read the tag from the stream; LiquidSyntaxError names what was expected."""
        token = stream.current
        words = [w.strip("\"'") for w in _argument(stream).split()]
        if not words:
            raise LiquidSyntaxError("expected `gist USER/ID`", token=token)
        query = f"?file={words[1]}" if len(words) > 1 else ""
        address = f"https://gist.github.com/{words[0]}"
        return _TextNode(token, f'<script src="{address}.js{query}"> </script>')


class LinkTag(Tag):
    """`{% link path/to/page.md %}`, as an address that leads there from the page that links."""

    name, block = "link", False

    def parse(self, stream: TokenStream) -> Node:
        """Read the tag from the stream; LiquidSyntaxError names what was expected, or is not there."""
        token, target = stream.current, _argument(stream)
        if not target:
            raise LiquidSyntaxError(f"expected `{self.name} PAGE`", token=token)
        # In older Jekylls this was no whole address, and posts still write the base before it.
        based = BASE_BEFORE.search(token.source, 0, token.start_index)
        base = "" if based else self.env.globals["site"]["baseurl"]
        return _TextNode(token, f"{base}/{self.find(target, token)}")

    def find(self, target: str, token: Token) -> str:
        """The path of the page below the folder of the pages."""
        docs = Path(self.env.loader.search_path[0]).parent
        if not (docs / target.lstrip("/")).is_file():
            files = [path.relative_to(docs).as_posix() for path in docs.rglob("*.md")]
            raise LiquidSyntaxError(f"no file {docs.name}/{target}{nearest(target, files)}", token=token)
        return target.lstrip("/")


class PostUrlTag(LinkTag):
    """`{% post_url 2026-11-22-title %}`: the same for a post, by the name of its file in a folder `_posts`."""

    name = "post_url"

    def find(self, target: str, token: Token) -> str:
        """The path of the post below the folder of the pages."""
        docs = Path(self.env.loader.search_path[0]).parent
        posts = {path.relative_to(docs).as_posix(): path for path in docs.rglob("_posts/**/*.md")}
        folder, _, name = target.rpartition("/")
        for found, path in posts.items():
            if path.stem == name and (not folder or found.startswith((f"{folder}/_posts/", f"_posts/{folder}/"))):
                return found
        names = [path.stem for path in posts.values()]
        raise LiquidSyntaxError(f"no post {docs.name}/_posts/{target}.md{nearest(name, names)}", token=token)


# A key with its text, or with the path of a variable.
_Parameter = tuple[str, str | None, list[str]]


class _IncludeNode(Node):
    def __init__(self, token: Token, file: str, parameters: list[_Parameter]) -> None:
        super().__init__(token)
        self.file, self.parameters, self.blank = file, parameters, False

    def __str__(self) -> str:
        return f"{{% include {self.file} %}}"

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        try:
            template = context.env.get_template(self.file)
        except TemplateNotFoundError as error:
            raise LiquidSyntaxError(f"no file _includes/{self.file}", token=self.token) from error
        values = {
            key: text if text is not None else context.get(list(path), token=self.token)
            for key, text, path in self.parameters
        }
        with context.extend({"include": values}):
            return template.render_with_context(context, buffer, partial=True)


class IncludeTag(Tag):
    """`{% include file.html key="text" other=page.title %}`, with Jekyll's `include.key`."""

    name, block = "include", False

    def parse(self, stream: TokenStream) -> Node:
        """Read the tag from the stream; LiquidSyntaxError names what was expected."""
        token = stream.current
        match = INCLUDE.fullmatch(_argument(stream))
        if not match:
            raise LiquidSyntaxError('expected `include FILE [key="text"]`', token=token)
        parameters = []
        for key, double, single, name in PARAMETER.findall(match[2]):
            text = double.replace('\\"', '"') or single.replace("\\'", "'")
            parameters.append((key, None if name else text, name.split(".")))
        return _IncludeNode(token, match[1], parameters)


# What to write in the place of a plugin's tag: words in its name, and the way out.
WAYS = {
    ("youtube", "vimeo", "video", "embed", "twitter", "tweet", "spotify"): "the <iframe> or <video> that it would write",
    ("image", "img", "picture", "figure", "photo", "lightbox"): "![…](…), and its caption in *emphasis* on the next line",
    ("cite", "bibliography", "reference", "quote"): "a note, [^key]",
    ("math", "katex", "latex", "tex"): "the formula between $$ and $$",
    ("asset", "static", "url"): "{{ site.baseurl }}/assets/…",
    ("toc",): "an item of a list with {:toc} below it",
    ("note", "alert", "warning", "info", "tip", "callout"): "a paragraph with {: .note} below it",
    ("code", "mermaid", "plantuml"): "a block of code between ```",
}


# The same for a filter of Jekyll's that is none here.
FILTER_WAYS = {"markdownify": ': write the text where it belongs, in an element with markdown="1" where that is HTML'}


def plugin(name: str, known: Iterable[str]) -> str:
    """What is said of a tag that is neither Liquid's nor Jekyll's."""
    ways = (way for words, way in WAYS.items() if any(word in name.lower() for word in words))
    way = next(ways, "the HTML that it would write")
    if close := get_close_matches(name, known, n=1, cutoff=0.75):
        return f"no tag “{name}” (did you mean “{close[0]}”?)"
    return f"no tag “{name}”: tags of plugins are not supported; write {way}"


def _as_date(value: object) -> date:
    return value if isinstance(value, date) else datetime.fromisoformat(str(value).replace(" +", "+"))


def _sentence(items: list[object], connector: str = "and") -> str:
    words = [to_liquid_string(item, autoescape=False) for item in items]
    if len(words) < 3:
        return f" {connector} ".join(words)
    return f"{', '.join(words[:-1])}, {connector} {words[-1]}"


def add_jekyll(env: Environment) -> None:
    """Register Jekyll's own tags and the filters that posts use."""
    for tag in (HighlightTag, GistTag, LinkTag, PostUrlTag, IncludeTag):
        env.add_tag(tag)
    base = env.globals["site"]["baseurl"]
    env.add_filter("relative_url", lambda path: f"{base}/{str(path).lstrip('/')}")
    env.add_filter("absolute_url", lambda path: f"{base}/{str(path).lstrip('/')}")
    env.add_filter("jsonify", lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    env.add_filter("xml_escape", lambda text: html.escape(str(text)))
    env.add_filter("slugify", lambda text: re.sub(r"[^\w]+", "-", str(text).lower()).strip("-"))
    env.add_filter("number_of_words", lambda text: str(len(str(text).split())))
    env.add_filter("date_to_string", lambda value: _as_date(value).strftime("%d %b %Y"))
    env.add_filter("date_to_long_string", lambda value: _as_date(value).strftime("%d %B %Y"))
    env.add_filter("array_to_sentence_string", _sentence)
