/* The page: what a hand does becomes state, and the state becomes the address. */
(() => {
  const page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  const screen = ((window.dash_clientside = window.dash_clientside || {}).screen = window.dash_clientside.screen || {});
  const root = document.documentElement, no = () => window.dash_clientside.no_update;
  const set = page.set = (id, props) => window.dash_clientside.set_props(id, props);
  const history_ = [];
  let selected = new Set(), restoring = false, undoing = false, lastKey = null, hand = {};

  /* how much of a map's foot the card hides when it lies over it as a half-open sheet (screen_tablet.css) */
  const HALF_OPEN = 0.52;
  (window.chengshu.map ??= {}).covered = container => {
    const sheet = document.getElementById('right');
    if (!sheet || getComputedStyle(sheet).position !== 'absolute' || sheet.clientWidth < container.clientWidth) return 0;
    const {bottom} = container.getBoundingClientRect(), floor = sheet.parentElement.getBoundingClientRect().bottom;
    return Math.max(0, bottom - floor + sheet.clientHeight * HALF_OPEN);
  };

  page.isSelected = code => selected.has(code);
  page.notice = (title, message, color = 'blue') => set('notices', {sendNotifications: [{action: 'show', id: title, title, message: message || '', color}]});
  page.select = (codes, more = {}) => set('intent', {data: {codes, n: Date.now(), ...more}});
  page.codes = () => [...selected];

  for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, e => { hand = {several: e.ctrlKey || e.metaKey || e.shiftKey}; }, true);

  /* a click on the map: select; again: go in; with Ctrl or Shift: one more; on empty ground: the city */
  screen.clicked = (click, selection) => {
    if (!click) return no();
    const items = selection?.items || [], {level, seq, code} = click, n = Date.now();
    if (level && page.traceUnit?.(level, seq, code)) return no();
    if (!level || (!seq && !code)) return items.length ? {codes: [], n} : no();
    const again = items.length === 1 && (code ? items[0].code === code : items[0].level === level && items[0].seq === seq);
    if (again) { page.goingIn = n; return level === 'floor' ? no() : {codes: [items[0].code], n, fly: true}; }
    const kept = hand.several ? items.map(i => i.code) : [];
    if (code) return {codes: hand.several && selected.has(code) ? kept.filter(c => c !== code) : [...kept, code], n};
    return {codes: kept, level, seq, n};
  };

  screen.theme = reader => {
    root.dataset.mantineColorScheme = reader.theme;
    return [reader.theme, reader.theme];
  };

  screen.tool = (tool, radius) => {
    document.querySelectorAll('[data-tool]').forEach(b => b.setAttribute('aria-pressed', String(b.dataset.tool === tool)));
    const place = document.getElementById('radius-place');
    if (place) place.hidden = tool !== 'buffer';
    return [tool || null, {radius_m: +radius || 500}];
  };
  screen.drawn = drawn => drawn && ['polygon', 'circle', 'buffer'].includes(drawn.tool) ? drawn : no();

  /* marks that follow the state without a render of their own */
  screen.marked = (indicator, _, selection, tab, view) => {
    document.querySelectorAll('.cs-sign').forEach(b => b.setAttribute('aria-pressed', String(b.dataset.indicator === indicator)));
    // one stop for the Tab key in the long list; arrows walk it (hands.js)
    const signs = [...document.querySelectorAll('.cs-sign')], stop = signs.find(b => b.dataset.indicator === indicator) || signs[0];
    signs.forEach(b => { b.tabIndex = b === stop ? 0 : -1; });
    document.querySelectorAll('.cs-tab').forEach(b => b.setAttribute('aria-pressed', String(b.dataset.tab === tab)));
    const chosen = document.querySelector('.cs-sign[aria-pressed=true]'), list = document.getElementById('signs');
    if (chosen && list && chosen !== page.seen) { page.seen = chosen; const a = chosen.getBoundingClientRect(), b = list.getBoundingClientRect(); if (a.bottom > b.bottom || a.top < b.top + 24) list.scrollTop += a.top - b.top - b.height / 3; }
    root.dataset.dock = tab || 'closed';
    const was = root.dataset.compare, compare = view?.compare || 'off';
    root.dataset.compare = compare;
    // half the width shows the same ground from farther away; an address says its camera itself
    if ((was === 'off') !== (compare === 'off') && !restoring) {
      const m = document.getElementById('map')?.citymap?.host.view.map;
      if (m) requestAnimationFrame(() => m.jumpTo({zoom: m.getZoom() + (compare === 'off' ? 0.7 : -0.7)}));
    }
    root.dataset.show = view?.show || '';
    const codes = (selection?.items || []).map(i => i.code);
    if (selection && codes.join() !== [...selected].join()) {
      if (!undoing) history_.push([...selected]);
      undoing = false;
      if (history_.length > 50) history_.shift();
      selected = new Set(codes);
      redrawRows();
      // the path is longer than its place: its end is where one is
      setTimeout(() => { const path = document.querySelector('.cs-breadcrumb-place'); if (path) path.scrollLeft = path.scrollWidth; }, 60);
      if (codes.length && root.dataset.sheet !== 'full') root.dataset.sheet = 'half';
    }
  };
  page.undo = () => {
    const before = history_.pop();
    if (before) { undoing = true; page.select(before); }
  };

  const gridApi = () => { try { return window.dash_ag_grid?.getApi('table'); } catch { return null; } };
  const redrawRows = () => gridApi()?.redrawRows();
  screen.refresh_table = (_, __, tab) => { if (tab === 'table') gridApi()?.refreshInfiniteCache(); };

  screen.filter_signs = word => {
    const w = (word || '').trim().toLowerCase(), unknown = document.querySelector('.cs-signs-unknown');
    if (unknown && w) unknown.open = true;
    document.querySelectorAll('.cs-signs-group').forEach(group => {
      let any = false;
      group.querySelectorAll('.cs-sign').forEach(b => { b.hidden = !!w && !b.dataset.words.includes(w); any ||= !b.hidden; });
      group.hidden = !any;
    });
  };

  /* ---- the address ---- */
  const MOST_CODES = 1000, MOST_LETTERS = 6500;
  /* codes of one level differ at their ends: `-` and the end alone after the first (app/units/codes.py: listed) */
  const packed = codes => {
    const parts = codes.slice(0, MOST_CODES).map((code, i, all) => {
      const before = all[i - 1];
      if (!before || before.length !== code.length) return code;
      let same = 0;
      while (same < code.length - 1 && code[same] === before[same]) same++;
      return same ? `-${code.slice(same)}` : code;
    });
    let letters = 0;
    return parts.filter(part => (letters += part.length + 1) <= MOST_LETTERS);
  };
  const unpacked = text => text.split(',').reduce((found, part) => {
    if (part) found.push(part[0] === '-' && found.length ? found.at(-1).slice(0, 1 - part.length) + part.slice(1) : part);
    return found;
  }, []);
  let cutAt = 0;
  const sayCut = (kept, all, words) => {
    if (kept < all && cutAt !== all) page.notice(words.replace('{kept}', kept).replace('{all}', all));
    cutAt = kept < all ? all : 0;
  };
  const addressOf = (view, at, selection, mapView, tab, explode, facts) => {
    const d = facts.defaults, p = new URLSearchParams(), put = (name, value, usual) => { if (value !== usual && value !== null && value !== undefined && value !== '') p.set(name, value); };
    p.set('city', facts.city); p.set('indicator', view.indicator);
    put('level', view.level, 'auto'); put('by', view.by, 'threshold'); put('show', view.show, 'choropleth'); put('dims', view.mode3d ? '3d' : '', '');
    put('compare', view.compare, 'off');
    if (view.compare === 'indicator') put('indicator2', view.indicator2);
    if (view.compare === 'time') put('behind', String(view.behind), '86400');
    const codes = (selection?.items || []).map(i => i.code), kept = packed(codes);
    put('units', kept.join(','), '');
    sayCut(kept.length, codes.length, facts.words.addressCut);
    put('tab', tab, ''); put('at', at, null);
    const key = p.toString();
    put('explode', explode ? String(explode) : '', '');
    if (mapView) p.set('camera', [mapView.center[0].toFixed(5), mapView.center[1].toFixed(5), mapView.zoom.toFixed(2), Math.round(mapView.pitch), Math.round(mapView.bearing)].join(','));
    p.set('lang', facts.language); p.set('theme', page.theme());
    return {key, text: `?${p.toString().replaceAll('%2C', ',')}`, d};
  };
  let pending;
  screen.address = (view, at, selection, mapView, tab, explode, facts) => {
    if (!view || !facts || !selection) return;
    page.now = {view, at, selection, mapView, tab, explode, facts};
    clearTimeout(pending);
    pending = setTimeout(() => {
      const {key, text} = addressOf(view, at, selection, mapView, tab, explode, facts);
      if (lastKey === null || restoring || key === lastKey) history.replaceState({key}, '', text); else history.pushState({key}, '', text);
      lastKey = key; restoring = false;
    }, 120);
  };
  page.hold = () => { restoring = true; };
  page.address = () => { const n = page.now; return n ? addressOf(n.view, n.at, n.selection, n.mapView, n.tab, n.explode, n.facts).text : location.search; };

  addEventListener('popstate', () => {
    if (!page.now) return;
    const p = new URLSearchParams(location.search), d = page.now.facts.defaults, get = (name, usual) => p.get(name) ?? usual;
    if (p.get('city') && p.get('city') !== page.now.facts.city) return location.reload();
    restoring = true;
    set('indicator', {data: get('indicator', d.indicator)});
    set('level-control', {value: get('level', 'auto')}); set('by-control', {value: get('by', 'threshold')}); set('show-control', {value: get('show', 'choropleth')});
    set('compare-control', {value: get('compare', 'off')}); set('indicator-second', {value: get('indicator2', d.indicator2)}); set('time-second', {value: get('behind', '86400')});
    page.showTab(get('tab', '')); set('explode-control', {value: +get('explode', 0)});
    const at = p.has('at') ? +p.get('at') : null;
    set('time-bar', {value: at, settled: at});
    const c = (p.get('camera') || '').split(',').map(Number);
    set('map', {mode3d: p.get('dims') === '3d', ...(c.length === 5 && c.every(Number.isFinite) && {camera: {lon: c[0], lat: c[1], zoom: c[2], pitch: c[3], bearing: c[4]}})});
    page.select(unpacked(p.get('units') || ''));
  });

  /* ---- versions, age ---- */
  screen.age = versions => { page.versions = versions; page.showAge(versions?.newest); };
  let later;
  const poll = async () => {
    clearTimeout(later);
    if (page.versions && !document.hidden) {
      try {
        const answer = await fetch('/version', {cache: 'no-store'});
        if (answer.status === 401) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
        const all = await answer.json(), mine = all[page.versions.city];
        const back = root.classList.contains('is-offline');
        root.classList.remove('is-offline');
        if (mine && mine.geometry !== page.versions.geometry) return location.replace(page.address());
        // what was asked while the server was away had no answer: legend, card and table ask again
        if (mine && (back || mine.values !== page.versions.values || mine.newest !== page.versions.newest)) set('versions', {data: {city: page.versions.city, ...mine, asked: Date.now()}});
      } catch { root.classList.add('is-offline'); }
      page.showAge();
    }
    later = setTimeout(poll, 5000);
  };
  later = setTimeout(poll, 5000);
  for (const kind of ['online', 'offline']) addEventListener(kind, poll);

  /* the cursor of time on the chart */
  screen.cursor = (at, _, facts) => {
    const plot = document.querySelector('#chart-graph .js-plotly-plot');
    if (!plot?.layout || !facts || !window.Plotly) return;
    const zone = facts.zone, shapes = (plot.layout.shapes || []).filter(s => s.name !== 'now');
    if (at) {
      const parts = Object.fromEntries(new Intl.DateTimeFormat('en-CA', {timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit'}).formatToParts(new Date(at * 1000)).map(p => [p.type, p.value]));
      const x = `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
      shapes.push({name: 'now', type: 'line', x0: x, x1: x, yref: 'paper', y0: 0, y1: 1, line: {color: getComputedStyle(root).getPropertyValue('--cs-accent').trim(), width: 1.5}});
    }
    window.Plotly.relayout(plot, {shapes});
  };
})();
