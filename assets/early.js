/* What Dash asks first is asked before any script is read. Where a map begins before its page (screen/first.js), Dash
   is told of its layout when the map is drawn: making the page keeps a processor busy for longer than drawing the map
   does. This stands in the page's head itself. */
(() => {
  const LAYOUT = '/_dash-layout', of = encodeURIComponent(location.pathname + location.search);
  const AHEAD_MS = 1500;       // the page waits no longer than this for the map's first picture
  const chengshu = window.chengshu = window.chengshu || {}, plain = window.fetch, asked = {};
  for (const path of [LAYOUT, '/_dash-dependencies']) {
    asked[path] = plain(path === LAYOUT ? `${path}?of=${of}` : path, {credentials: 'same-origin', headers: {Accept: 'application/json', 'Content-Type': 'application/json'}});
    asked[path].catch(() => { /* whoever asks next is told */ });
  }
  chengshu.layout = asked[LAYOUT].then(answer => answer.ok ? answer.clone().json() : null);
  chengshu.layout.catch(() => { /* the page says so */ });
  window.fetch = (what, how) => {
    const path = typeof what === 'string' ? what.replace(location.origin, '') : '';
    if (!(path in asked) || (how?.method || 'GET') !== 'GET') return plain(what, how);
    const answer = asked[path];
    delete asked[path];
    if (!Object.keys(asked).length) window.fetch = plain;
    if (path !== LAYOUT || !chengshu.firstMap) return answer;
    return Promise.race([chengshu.firstMap, new Promise(done => setTimeout(done, AHEAD_MS))]).then(() => answer);
  };
})();
