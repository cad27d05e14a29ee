"""What a reader would call badly set: a sum, a date or an id on two lines, and a page that is wider than its window."""

from playwright.sync_api import Page

_BROKEN = r"""() => {
  const kept = /\d[\d,]*\.\d\d [A-Z]{3}|[$]\d[\d,]*\.\d\d|\d{10,}|\d\d? \w{3} \d{4}|\w{3} \d\d?, \d{4}|\d\d:\d\d/g;
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.parentElement.closest("pre, svg, script, option") || !text.parentElement.checkVisibility()) continue;
    for (const match of text.data.matchAll(kept)) {
      const range = document.createRange();
      range.setStart(text, match.index);
      range.setEnd(text, match.index + match[0].length);
      const lines = new Set([...range.getClientRects()].filter(box => box.width > 0).map(box => Math.round(box.top)));
      if (lines.size > 1) found.push(match[0]);
    }
  }
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) found.push(`the page: ${page.scrollWidth} in ${page.clientWidth}`);
  return found;
}"""


def broken(page: Page) -> list[str]:
    """Return what stands on two lines and should not, and whether something sticks out of the page."""
    found: list[str] = page.evaluate(_BROKEN)
    return found
