/* The wall: asks every second what it shows, puts the scene's panels into the canvas, and says when it cannot.

   Nothing here grows with time: one timer after another, one React root, one map for the life of the page. */
(() => {
  if (location.pathname !== '/screen') return;
  const chengshu = (window.chengshu = window.chengshu || {}), wall = (chengshu.wall = {});
  const CUT_POLLS = 12, ASK_MS = 8000, STALE_S = 2 * 3600 + 900;
  const at = (seconds, zone, language, how) => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {timeZone: zone, hourCycle: 'h23', ...how}).format(new Date(seconds * 1000));
  const CLOCK = {hour: '2-digit', minute: '2-digit'}, DAY = {month: 'long', day: 'numeric', weekday: 'short'}, MOMENT = {month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit'};
  let facts, root, place, shown = null, key = '', state = null, heard = 0, trouble = '', offset = 0, said = '';

  const ask = async path => {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), ASK_MS);
    try {
      const answer = await fetch(path, {cache: 'no-store', signal: stop.signal});
      if (answer.status === 401) { trouble = 'out'; throw new Error('signed out'); }
      if (answer.status === 403 || answer.status === 404) { trouble = 'refused'; throw new Error('refused'); }
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const found = await answer.json();
      trouble = '';
      return found;
    } finally { clearTimeout(timer); }
  };

  const isWide = () => innerWidth / innerHeight >= facts.wide;
  const tick = async () => {
    try {
      const now = await ask(`/api/wall/${facts.city}/now.json`);
      // another program or another shape of the city: the page itself is old
      if (state && (now.program !== state.program || now.geometry !== state.geometry)) return location.reload();
      state = now; heard = Date.now(); offset = now.now * 1000 - heard;
      const wanted = [now.scene, now.values, now.flight, now.steered, now.alerts, isWide(), Math.floor(now.now / 60)].join('|');
      if (wanted !== key && now.scene) {
        shown = await ask(`/api/wall/${facts.city}/scene/${now.scene}.json?lang=${facts.language}&wide=${isWide() ? 1 : 0}`);
        key = wanted;
        wall.draws = (wall.draws || 0) + 1;
        draw();
      }
    } catch { /* said by the strip, asked again below */ }
    strip();
    setTimeout(tick, facts.poll_ms);
  };

  /* one pass over what was drawn: what does not fit is left out whole, and counted */
  const fit = () => {
    for (const list of place.querySelectorAll('.wall-fit')) {
      const rows = [...list.children].filter(one => !one.classList.contains('wall-more'));
      rows.forEach(one => { one.hidden = false; });
      const box = list.getBoundingClientRect(), out = rows.filter(one => { const b = one.getBoundingClientRect(); return b.bottom > box.bottom + 1 || b.right > box.right + 1; });
      out.forEach(one => { one.hidden = true; });
      const title = list.parentElement.querySelector('h2');
      if (title) title.dataset.more = out.length ? facts.words.more.replace('{n}', out.length) : '';
    }
  };
  const Screen = ({scene}) => {
    const h = window.React.createElement;
    window.React.useLayoutEffect(fit);
    return scene.places.filter(one => !(scene.map && one.show === 'map')).map(one => h('section', {
      key: `${scene.scene}/${one.id}`, className: `wall-panel wall-of-${one.show}`, style: {gridArea: area(one.at)}
    }, h(window.chengshu_screen.Still, {tree: one.tree})));
  };
  const area = ([x, y, w, tall]) => `${y} / ${x} / span ${tall} / span ${w}`;
  wall.area = area;

  const draw = () => {
    if (!shown) return;
    place.dataset.scene = shown.scene;
    root.render(window.React.createElement(Screen, {scene: shown}));
    wall.map.show(shown.map);
  };

  /* the strip: what stands there is text of the moment, changed only where it changed */
  const strip = () => {
    const {zone, language, words} = facts, cut = !heard || Date.now() - heard > CUT_POLLS * facts.poll_ms + 400 || trouble;
    const now = (Date.now() + offset) / 1000, of = state?.newest;
    const isDemo = facts.synthetic && state && Math.abs(state.city_now - now) > 3600;
    const old = of && !isDemo && now - of > STALE_S;
    const parts = {
      title: shown ? shown.title : words.loading,
      held: state?.held ? words.held : '',
      data: !state || isDemo ? '' : !of ? words.none : (old ? words.stale : words.fresh).replace('{time}', at(of, zone, language, MOMENT)),
      demo: isDemo ? `${words.demo} ${at(state.city_now, zone, language, MOMENT)}` : '',
      day: at(now, zone, language, DAY), clock: at(now, zone, language, CLOCK),
      trouble: trouble === 'out' ? words.out : trouble === 'refused' ? words.refused : cut && heard ? words.cut.replace('{time}', at((heard + offset) / 1000, zone, language, MOMENT)) : cut && !heard ? words.loading : ''
    };
    const text = JSON.stringify(parts);
    if (text === said) return;
    said = text;
    for (const [name, words_] of Object.entries(parts)) {
      const node = place.querySelector(`[data-wall="${name}"]`);
      if (node && node.textContent !== words_) node.textContent = words_;
      if (node) node.hidden = !words_;
    }
    place.classList.toggle('is-cut', !!(cut && heard) || !!trouble);
    place.classList.toggle('is-stale', !!old);
  };

  const frame = () => {
    const el = (tag, name, parent, data) => { const node = document.createElement(tag); node.className = name; if (data) node.dataset.wall = data; parent.append(node); return node; };
    const head = el('header', 'wall-head', place), left = el('div', 'wall-head-left', head), right = el('div', 'wall-head-right', head);
    el('b', 'wall-city', left).textContent = facts.name;
    el('span', 'wall-title', left, 'title'); el('span', 'wall-held', left, 'held');
    if (facts.synthetic) el('span', 'wall-badge', right).textContent = facts.words.synthetic;
    el('span', 'wall-demo', right, 'demo'); el('span', 'wall-data', right, 'data'); el('span', 'wall-day', right, 'day'); el('b', 'wall-clock', right, 'clock');
    const trouble_ = el('div', 'wall-trouble', place, 'trouble');
    trouble_.setAttribute('role', 'alert'); trouble_.hidden = true;
    const canvas = el('div', 'wall-canvas', place), panels = el('div', 'wall-panels', canvas);
    wall.map.begin(canvas, facts);
    root = window.ReactDOM.createRoot(panels);
  };

  const begin = () => {
    place = document.getElementById('wall');
    // Dash answers nothing about its layout before it has drawn it
    facts = place && window.dash_component_api?.getLayout?.('wall-facts')?.props?.data;
    if (!facts || !window.chengshu_citymap) return setTimeout(begin, 60);
    frame();
    let later;
    addEventListener('resize', () => { clearTimeout(later); later = setTimeout(() => { wall.map.measure(); fit(); }, 150); });
    setInterval(() => { strip(); wall.map.turn(); }, Math.min(1000, facts.poll_ms * 4));
    tick();
  };
  addEventListener('DOMContentLoaded', begin);
})();
