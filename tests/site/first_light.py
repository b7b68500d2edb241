"""A small project whose article is looked at while it is computed: what `python -m whybn serve` does, on its own port."""

import json
import os
import re
import signal
import time
from urllib.request import urlopen

from building import Site
from toy import Toy, stop_group

STYLE = """
def sizes(module):
    return {"wide": (680, 340), "narrow": (358, 500)}


def render(name, module, results, quick):
    module.draw(results, [])
    wide, narrow = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}"/>'.encode()
                    for w, h in sizes(module).values())
    return {name + ".svg": wide, name + ".narrow.svg": narrow, name + ".csv": b"x", name + ".data.js": None}
"""
FIGURE = """![{{{{ site.data.figures.{0}.alt }}}}]({{{{ site.baseurl }}}}/assets/figures/{0}.svg){{: #{0}}}
*Of {{{{ site.data.results.{0}.{1} }}}}.*
"""
FILLER = "\n\n".join(["Words that nobody needs."] * 40)
PAGE = f"""# Tides before sums

{FIGURE.format("tides", "highest")}

{FILLER}

## Amid {{#amid}}

{{{{ site.data.claims.first_sum_positive.supported }}}}

<details markdown="1">
<summary>More</summary>

Folded: {{{{ site.data.results.sums.seeds }}}}.

</details>

{FILLER}

{FIGURE.format("sums", "seeds")}
"""
SUMS, TIDES = ("src/toylab/experiments/sums.py", "src/toylab/experiments/tides.py")


class Project:
    """The project, and the run that serves it; only `tides` waits for a file `go`, so that a test can look before."""

    def __init__(self, folder) -> None:
        self.site, self.toy = Site(folder), Toy(folder)
        self.site.page("index.md", PAGE)
        self.toy.write("src/toylab/drawing/style.py", STYLE)
        self.hold(TIDES, "    return {", "go")
        self.running = None

    def hold(self, module, before, name):
        """Have an experiment wait for a file in the project's folder."""
        wait = f"    while not Path({str(self.site.folder / name)!r}).exists():\n        time.sleep(0.05)\n"
        wait = f"    import time\n    from pathlib import Path\n{wait}"
        self.toy.edit(module, before, wait + before)

    def let(self, name):
        (self.site.folder / name).touch()

    def serve(self):
        """Start, and return the address once there is a page."""
        quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
        os.environ.update(quiet)
        self.running = self.toy.start("--port", "0", "--jobs", "1", to="serve")
        line = self.running.stdout.readline()
        found = re.fullmatch(r"the article is at (http://127\.0\.0\.1:\d+/)\n", line)
        assert found, line + self.running.stderr.read()
        self.address = found[1]
        return self.address

    def get(self, path=""):
        with urlopen(self.address + path, timeout=20) as answer:
            return answer.read().decode()

    def news(self, name):
        """What is told of a figure that is not there."""
        return json.loads(self.get(".serving/news"))["figures"].get(name, {})

    def until(self, true, what):
        """Wait until something is true."""
        end = time.monotonic() + 60
        while not true():
            assert time.monotonic() < end, f"{what} did not come"
            time.sleep(0.1)

    def interrupt(self):
        """Press Ctrl-C; return the exit status and what was printed."""
        os.killpg(self.running.pid, signal.SIGINT)
        out, err = self.running.communicate(timeout=30)
        return self.running.returncode, out + err

    def stop(self):
        if self.running:
            stop_group(self.running)
