/* What Dash asks first is asked while its scripts are still being read: the page's head loads this file alone. */
(() => {
  const plain = window.fetch, asked = {};
  for (const path of ['/_dash-layout', '/_dash-dependencies']) {
    asked[path] = plain(path, {credentials: 'same-origin', headers: {Accept: 'application/json', 'Content-Type': 'application/json'}});
    asked[path].catch(() => { /* whoever asks next is told */ });
  }
  window.fetch = (what, how) => {
    const path = typeof what === 'string' ? what.replace(location.origin, '') : '';
    if (!(path in asked) || (how?.method || 'GET') !== 'GET') return plain(what, how);
    const answer = asked[path];
    delete asked[path];
    if (!Object.keys(asked).length) window.fetch = plain;
    return answer;
  };
})();
