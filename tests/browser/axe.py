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
OF_COLORS = ("color-contrast", "link-in-text-block")      # the rules whose answer hangs on the theme alone
GRAVE = ("serious", "critical")

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

RUN = """(async () => {
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: %s});
  const where = nodes => nodes.slice(0, 5).map(node =>
    `${node.target.join(' ')} ${node.html.slice(0, 120)} (${[...node.any, ...node.all, ...node.none].map(why => why.message)[0] || ''})`);
  return found.violations.filter(one => %s.includes(one.impact)).map(one => `${one.impact} ${one.id}: ${where(one.nodes).join(' | ')}`);
})()"""


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


def grave(driver: Any, rules: tuple[str, ...] = ()) -> list[str]:
    """The serious and critical violations of the page as it stands, of all rules or of some: impact, rule, element, why."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(LEVELS)}
    if not evaluate(driver, "!!window.axe?.run"):
        evaluate(driver, script() + ";0")
    return evaluate(driver, RUN % (json.dumps(only), json.dumps(list(GRAVE))))
