/* Keeps the last known brief on the tablet: what came over the net is kept, what does not come is answered from there and says since when.
   What it keeps goes away with the session: signing out, or an answer that nobody is signed in, empties it. */
const KEPT = 'chengshu-brief';
const keyOf = request => {
  const url = new URL(request.url);
  url.searchParams.delete('have'); url.searchParams.delete('poll');
  // the layout depends on the page that asks for it
  if (url.pathname.startsWith('/_dash-layout')) { const from = new URL(url.searchParams.get('of') || request.referrer || '/', url.origin); url.searchParams.delete('of'); from.searchParams.delete('poll'); url.searchParams.set('for', from.pathname + from.search); }
  return url.href;
};
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('message', event => { if (event.data === 'forget') event.waitUntil(caches.delete(KEPT)); });
self.addEventListener('fetch', event => {
  const {request} = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/alert') || url.pathname === '/version') return;
  event.respondWith((async () => {
    const key = keyOf(request), kept = await caches.open(KEPT);
    try {
      const answer = await fetch(request);
      if (answer.status === 401 || (answer.redirected && new URL(answer.url).pathname.startsWith('/sign-in'))) await caches.delete(KEPT);
      else if (answer.ok && answer.type === 'basic' && !url.searchParams.has('have')) await kept.put(key, answer.clone());
      else if (answer.ok && url.pathname.endsWith('/now.json')) {
        // an answer that nothing changed says that what is kept is of now
        const body = await answer.clone().json();
        if (body.tree) await kept.put(key, answer.clone());
        else { const old = await kept.match(key); if (old) await kept.put(key, new Response(await old.text(), {headers: {'Content-Type': 'application/json', Date: new Date().toUTCString()}})); }
      }
      return answer;
    } catch (error) {
      const old = await kept.match(key);
      if (!old) throw error;
      const headers = new Headers(old.headers);
      headers.set('X-Kept-At', String(Date.parse(old.headers.get('Date') || '') || Date.now()));
      return new Response(await old.blob(), {status: old.status, headers});
    }
  })());
});
