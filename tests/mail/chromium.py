"""What a browser shows of a mail: each text node, and whether its letters can be seen on the page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
WIDTH, HEIGHT = 1_000, 800
_SHORTEST = 8
"""Characters of a hidden text that is looked for among ours: shorter ones are found anywhere."""

# A node is visible when its element is, it is larger than 2 px, at least a tenth opaque, of a contrast of 1.3 or
# more with a background that is a colour, and some of its boxes lie on the page and in every box that cuts.
_NODES = """() => {
  const rgba = (text) => { const n = (text.match(/[\\d.e-]+/g) || [0, 0, 0, 0]).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
  const over = (f, b) => [0, 1, 2].map((i) => f[i] * f[3] + b[i] * (1 - f[3]));
  const light = (c) => { const l = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
  const contrast = (a, b) => { const [h, l] = [light(a), light(b)].sort((x, y) => y - x); return (h + 0.05) / (l + 0.05); };
  const chain = (e) => { const all = []; for (; e; e = e.parentElement) all.push(e); return all; };
  const opacity = (all) => all.reduce((o, e) => { const s = getComputedStyle(e); const f = /opacity\\(([\\d.]+)\\)/.exec(s.filter); return o * Number(s.opacity) * (f ? Number(f[1]) : 1); }, 1);
  const back = (all) => { const layers = []; for (const e of all) { const s = getComputedStyle(e); if (s.backgroundImage !== 'none') return null; const c = rgba(s.backgroundColor); if (c[3] > 0) layers.push(c); if (c[3] === 1) break; } const scheme = getComputedStyle(document.documentElement).colorScheme; let b = scheme.includes('dark') && !scheme.includes('light') ? [18, 18, 18] : [255, 255, 255]; for (const c of layers.reverse()) b = over(c, b); return b; };
  const boxes = (node, all) => { const range = document.createRange(); range.selectNodeContents(node); const fixed = all.some((e) => getComputedStyle(e).position === 'fixed');
    return [...range.getClientRects()].some((r) => { let [l, t, x, y] = [r.left + (fixed ? 0 : scrollX), r.top + (fixed ? 0 : scrollY), r.right, r.bottom];
      if (fixed && (l >= innerWidth || t >= innerHeight)) return false;
      l = Math.max(l, 0); t = Math.max(t, 0);
      for (const e of all) { const s = getComputedStyle(e); const c = e.getBoundingClientRect();
        if (s.overflowX !== 'visible' && e !== document.documentElement && e !== document.body) { l = Math.max(l, c.left); x = Math.min(x, c.right); }
        if (s.overflowY !== 'visible' && e !== document.documentElement && e !== document.body) { t = Math.max(t, c.top); y = Math.min(y, c.bottom); } }
      return x - l > 2 && y - t > 2; }); };
  const boxed = (e) => { while (e.parentElement && getComputedStyle(e).display === 'contents') e = e.parentElement; return e; };
  const seen = (node) => { const e = node.parentElement; const all = chain(e); const s = getComputedStyle(e);
    if (!boxed(e).checkVisibility({checkVisibilityCSS: true, contentVisibilityAuto: true})) return false;
    if (parseFloat(s.fontSize) <= 2 || opacity(all) < 0.1) return false;
    if (!boxes(node, all)) return false;
    const fill = rgba(s.webkitTextFillColor); if (fill[3] < 0.1) return false;
    const b = back(all); return !b || contrast(over(fill, b), b) >= 1.3; };
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT); const out = [];
  while (walk.nextNode()) { const n = walk.currentNode; if (!n.data.trim() || n.parentElement.closest('noscript,script,style,title,option,svg,math,object,video,audio,canvas,iframe')) continue; out.push([n.data, seen(n)]); }
  return out; }"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Characters without white space."""

    visible: int
    lost: tuple[str, ...]
    """What the browser shows and we do not."""
    leaked: tuple[str, ...]
    """What the browser hides and we show."""

    @property
    def lost_chars(self) -> int:
        return sum(map(len, self.lost))


def program() -> str | None:
    """The browser of this machine."""
    return shutil.which("chromium")


@contextmanager
def opened() -> Iterator[Any]:
    """A tab without network, in which the pages' own scripts do not run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program(), args=FLAGS)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, java_script_enabled=False, color_scheme="light"
        )
        context.route("**/*", lambda route: route.abort())
        tab = context.new_page()
        yield tab
        browser.close()


def nodes(tab: Any, html: str) -> list[tuple[str, bool]]:
    """The text nodes of a mail in their order."""
    tab.goto("about:blank")  # a page leaves its colour scheme behind otherwise
    tab.set_content(html, wait_until="domcontentloaded")
    return [(str(text), bool(seen)) for text, seen in tab.evaluate(_NODES)]


def squeezed(text: str) -> str:
    """Letters and signs alone: white space, list marks and cell bars are layout."""
    from mailreeve.mail.invisible import clean

    return "".join(char for char in clean(text).text if not char.isspace())


def compared(found: list[tuple[str, bool]], ours: str) -> Comparison:
    """Look for each visible node in our text, in order where that is possible; then for the hidden in what is left."""
    left, at, lost, total = squeezed(ours), 0, [], 0
    for text, seen in found:
        wanted = squeezed(text)
        if not seen or not wanted:
            continue
        total += len(wanted)
        place = left.find(wanted, at)
        place = left.find(wanted) if place < 0 else place
        if place < 0:  # browsers move text out of tables, and join what stood apart
            lost += [word for word in map(squeezed, text.split()) if word not in left]
        else:
            left = left[:place] + "\0" + left[place + len(wanted) :]
            at = place + 1
    hidden = (squeezed(text) for text, seen in found if not seen)
    return Comparison(
        total, tuple(lost), tuple(one for one in hidden if len(one) >= _SHORTEST and one in left)
    )
