/* The operations page: a link that looks at something else is followed in place; every panel and the map follow the look. */
(() => {
  const page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  const screen = ((window.dash_clientside = window.dash_clientside || {}).screen = window.dash_clientside.screen || {});
  const POLL_MS = 5000, KEPT = ['lang'];
  let facts = null, asking = 0, versions = null, unit = '';
  const place = () => document.querySelector('.desk');

  const show = found => {
    for (const [name, tree] of Object.entries(found.panels)) page.set(`tree-${name}`, {tree});
    facts.asked = found.asked;
    const map = found.map, moved = found.asked.unit !== unit;
    unit = found.asked.unit;
    if (!map || !document.getElementById('desk-map')) return;
    const {values, colors, level, selected, card, bounds} = map;
    page.set('desk-map', {values, colors, level, selected, card, ...(moved ? {camera: {bounds, maxDuration: 700}} : {})});
  };
  const refresh = async () => {
    const mine = ++asking, words = new URLSearchParams(location.search);
    words.delete('city'); words.set('lang', facts.language); words.set('theme', page.theme?.() || 'dark');
    place()?.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(`/api/operations/${encodeURIComponent(facts.city)}/panels.json?${words}`, {cache: 'no-store'});
      if (answer.status === 401) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
      const found = await answer.json();
      if (mine !== asking) return;
      answer.ok ? show(found) : page.notice(found.fact, found.remedy, 'red');
    } catch { document.documentElement.classList.add('is-offline'); } finally { if (mine === asking) place()?.removeAttribute('aria-busy'); }
  };
  const look = href => {
    const to = new URL(href, location.href), here = new URLSearchParams(location.search);
    for (const name of KEPT) if (here.has(name)) to.searchParams.set(name, here.get(name));
    history.pushState(null, '', to.pathname + to.search);
    return refresh();
  };
  page.look = look;

  document.addEventListener('click', e => {
    const link = e.target.closest?.('a[data-look]');
    if (!link || !facts || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    look(link.getAttribute('href'));
  });
  addEventListener('popstate', () => { if (facts && place()) refresh(); });

  /* a click on the map: the unit is looked at; on empty ground: the whole city again */
  screen.desk_clicked = async click => {
    if (!facts || !click) return;
    const words = new URLSearchParams(location.search), {level, seq} = click;
    words.delete('unit');
    if (level && seq) {
      const answer = await fetch(`/unit/${encodeURIComponent(facts.city)}/${level}/${seq}.json`);
      if (!answer.ok) return;
      const {code} = await answer.json();
      if (code === facts.asked.unit) return;
      words.set('unit', code);
    } else if (!facts.asked.unit) return;
    words.set('city', facts.city);
    look(`/?${words}`);
  };

  /* what came in since: the panels are drawn again; another shape of the city is another page */
  const poll = async () => {
    if (!document.hidden && place()) {
      try {
        const answer = await fetch('/version', {cache: 'no-store'});
        if (answer.status === 401) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
        const mine = (await answer.json())[facts.city], was = versions, root = document.documentElement, back = root.classList.contains('is-offline');
        root.classList.remove('is-offline');
        versions = mine;
        if (was && mine && mine.geometry !== was.geometry) return location.reload();
        if (was && mine && (back || mine.values !== was.values || mine.alerts !== was.alerts)) await refresh();
      } catch { document.documentElement.classList.add('is-offline'); }
    }
    setTimeout(poll, POLL_MS);
  };
  const begin = () => {
    if (location.pathname !== '/') return;
    facts = place() && window.dash_component_api?.getLayout?.('desk-facts')?.props?.data;
    if (!facts) return setTimeout(begin, 80);
    unit = facts.asked.unit; versions = facts.versions;
    setTimeout(poll, POLL_MS);
  };
  addEventListener('DOMContentLoaded', begin);
})();
