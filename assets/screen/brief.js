/* The tablet's brief keeps itself fresh, and says so when it cannot; a worker keeps the last known state for a page that is opened without a net. */
(() => {
  if (location.pathname !== '/brief') return;
  const ASK_MS = 10_000, $ = id => document.getElementById(id);
  let facts, heard = 0;
  // an insecure address has no workers: the open page keeps its state all the same
  navigator.serviceWorker?.register('/brief-worker.js', {scope: '/brief'}).catch(() => { /* private window */ });

  /* the first visit was not seen by the worker: what made it is asked for once more, so that it is kept */
  const keep = async () => {
    if (!facts || !navigator.serviceWorker?.controller || (await (await caches.open('chengshu-brief')).match(location.href))) return;
    await fetch(location.href, {headers: {Accept: 'text/html'}});
    for (const entry of performance.getEntriesByType('resource')) if (new URL(entry.name).origin === location.origin && !entry.name.includes('/now.json')) await fetch(entry.name).catch(() => {});
    await fetch(`/api/brief/${facts.city}/now.json?lang=${facts.language}`);
    document.documentElement.dataset.kept = 'yes';
  };
  navigator.serviceWorker?.addEventListener('controllerchange', () => keep().catch(() => {}));

  const when = ms => new Intl.DateTimeFormat(facts.language === 'en' ? 'en-GB' : 'zh-CN', {timeZone: facts.zone, hourCycle: 'h23', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit'}).format(new Date(ms));
  const say = isCut => {
    const place = $('brief-cut');
    if (!place) return;
    place.hidden = !isCut;
    document.documentElement.classList.toggle('is-offline', isCut);
    place.textContent = isCut ? facts.words.cut.replace('{time}', when(heard)) : '';
  };
  const poll = async () => {
    try {
      const answer = await fetch(`/api/brief/${facts.city}/now.json?lang=${facts.language}&have=${encodeURIComponent(facts.key)}`, {cache: 'no-store'});
      if (answer.status === 401) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const found = await answer.json(), kept = answer.headers.get('X-Kept-At');
      heard = kept ? +kept : Date.now();
      if (found.tree && found.key !== facts.key) {
        facts.key = found.key;
        window.chengshu.page.set('brief-body', {tree: found.tree});
      }
      say(!!kept);
    } catch { say(true); }
    setTimeout(poll, facts.poll_ms || ASK_MS);
  };
  const begin = () => {
    facts = $('brief-cut') && window.dash_component_api?.getLayout?.('brief-facts')?.props?.data;
    if (!facts) return setTimeout(begin, 80);
    const pace = new URLSearchParams(location.search).get('poll');
    heard = facts.made_at * 1000;
    if (/^\d{2,5}$/.test(pace || '')) facts.poll_ms = Math.max(100, +pace);
    poll();
    // whatever the page loads by itself has been asked for by now
    setTimeout(() => keep().catch(() => {}), 500);
  };
  for (const kind of ['online', 'offline']) addEventListener(kind, () => facts && say(!navigator.onLine));
  addEventListener('DOMContentLoaded', begin);
})();
