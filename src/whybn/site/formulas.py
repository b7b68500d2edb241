"""Displayed formulas on a page."""

from __future__ import annotations

import re

from markdown.postprocessors import Postprocessor


class FormulaBoxes(Postprocessor):
    """Each displayed formula in a box, which can be left undrawn, or scrolled by keys; MathML allows neither."""

    PATTERN = re.compile(r'<math\b[^>]*\bdisplay="block".*?</math>', re.DOTALL)

    def run(self, text: str) -> str:
        """Return the page with its formulas boxed."""
        return self.PATTERN.sub(r'<div class="formula" tabindex="0">\g<0></div>', text)
