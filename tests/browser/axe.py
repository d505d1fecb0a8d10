"""axe-core in a page: what somebody who reads by ear, by key or with weak eyes could not use.

The script comes out of the wheel of axe-playwright-python, whose Playwright is not used. Pages forbid scripts of others, so it is
evaluated through DevTools, in a world of its own beside the page's scripts.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OF_COLORS = ("color-contrast", "link-in-text-block")

# Of siblings that are built alike (same elements, classes, roles, styles; text or none), three stay in sight: the others would be
# found right or wrong like them, and some rules compare every element with every other.
THIN = r"""(() => {
  for (const list of document.querySelectorAll('main, main *')) {
    if (list.children.length < 6 || list.closest('svg')) continue;
    const seen = {};
    for (const one of [...list.children]) {
      const built = one.outerHTML.replace(/<svg.*?<\/svg>/g, '<svg>').replace(/>[^<]*[^<\s][^<]*</g, '>t<')
        .replace(/ (aria-label|title)="[^"]+"/g, ' $1')
        .replace(/ (href|id|for|data-[\w-]+|value|datetime)="[^"]*"/g, ' $1').replace(/(width|left): ?[\d.]+%/g, '$1');
      seen[built] = (seen[built] || 0) + 1;
      if (seen[built] > 3) one.style.setProperty('display', 'none', 'important');      // taken out, React would look for it
    }
  }
})()"""

# The one exception: the 24 bars of a histogram of the day are narrower than 24 px, and where they stand is what they say (WCAG 2.5.8, essential).
TOLD = """
  const where = nodes => nodes.slice(0, 5).map(node =>
    `${node.target.join(' ')} ${node.html.slice(0, 120)} (${[...node.any, ...node.all, ...node.none].map(why => why.message)[0] || ''})`);
  const grave = found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one => ({...one, nodes: one.nodes.filter(node =>
    !(one.id === 'target-size' && node.html.includes('desk-hour')))})).filter(one => one.nodes.length);
  return grave.map(one => `${one.impact} ${one.id}: ${where(one.nodes).join(' | ')}`);
"""
RULES = """(async () => {
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: %s},
    rules: {'color-contrast': {enabled: false}}});
""" + TOLD + "})()"
# of texts with the same elements, classes and states around them two are measured: their colours come from the same rules
COLORS = """(async () => {
  const seen = {}, chosen = new Set(document.querySelectorAll('input, select, textarea'));
  const states = ['aria-pressed', 'aria-current', 'aria-selected', 'disabled'];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement, around = [];
    if (!texts.currentNode.data.trim() || !one.checkVisibility()) continue;
    for (let up = one; up && up !== document.body; up = up.parentElement)
      around.push(up.localName, up.getAttribute('class'), (up.getAttribute('style') || '').replace(/[\\d.]+/g, ''),
        ...states.map(name => up.getAttribute(name)));
    const key = around.join();
    seen[key] = (seen[key] || 0) + 1;
    if (seen[key] <= 2) chosen.add(one);
  }
  if (!chosen.size) return [];
  const found = await axe.run({include: [...chosen].map(one => [one])}, {resultTypes: ['violations'], runOnly: {type: 'rule', values: %s}});
""" + TOLD + "})()"


@cache
def script() -> str:
    """axe-core itself."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def evaluate(driver: Any, text: str) -> Any:
    """What a script answers that DevTools evaluates in the page; its error is raised."""
    told = driver.execute_cdp_cmd("Runtime.evaluate", {"expression": text, "awaitPromise": True, "returnByValue": True})
    if "exceptionDetails" in told:
        raise AssertionError(told["exceptionDetails"].get("exception", told["exceptionDetails"]))
    return told["result"].get("value")


def thin(driver: Any) -> None:
    """Leave three in sight of what is built alike."""
    evaluate(driver, THIN)


def grave(driver: Any) -> list[str]:
    """The serious and critical violations of the page as it stands, of all rules but those of colours: impact, rule, element, why."""
    return _run(driver, RULES % json.dumps(LEVELS))


def pale(driver: Any) -> list[str]:
    """The same of colours: text that does not stand out from its ground, links that do not from their text."""
    return _run(driver, COLORS % json.dumps(OF_COLORS))


def _run(driver: Any, text: str) -> list[str]:
    if not evaluate(driver, "!!window.axe?.run"):
        evaluate(driver, script() + ";0")
    return evaluate(driver, text)
