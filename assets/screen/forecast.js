/* The forecast page: a link that looks at something else is followed in place; the map plays the hours ahead; scenarios and replays are addresses. */
(() => {
  const page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  const screen = ((window.dash_clientside = window.dash_clientside || {}).screen = window.dash_clientside.screen || {});
  const POLL_MS = 5000, TRAIN_MS = 1500, PLAY_MS = 900, WAIT_MS = 4000, REST_MS = 450, KEPT = ['lang'];
  const $ = id => document.getElementById(id), place = () => document.querySelector('.fc');
  const token = () => document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
  let facts = null, asking = 0, versions = null, playing = false, timer = null, resting = null, picking = false, wasBusy = false;

  const make = (tag, props = {}, ...children) => {
    const {label, on, data, ...rest} = props, node = Object.assign(document.createElement(tag), rest);
    if (label) node.setAttribute('aria-label', label);
    Object.assign(node.dataset, data || {});
    for (const [name, act] of Object.entries(on || {})) node.addEventListener(name, act);
    node.append(...children.flat().filter(one => one !== null && one !== undefined && one !== false));
    return node;
  };
  const drawing = d => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    for (const [name, value] of Object.entries({viewBox: '0 0 24 24', width: 18, height: 18, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'aria-hidden': 'true'})) svg.setAttribute(name, value);
    path.setAttribute('d', d);
    svg.append(path);
    return svg;
  };
  const SIGNS = {play: 'M7 4.5l12 7.5-12 7.5z', pause: 'M8 5v14M16 5v14', back: 'M17 5l-9 7 9 7zM6 5v14', on: 'M7 5l9 7-9 7zM18 5v14'};
  const said = text => facts.words.facts[text] || text || '';
  const wordsNow = () => new URLSearchParams(location.search);
  const signIn = () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);

  /* what the server drew for the look of the address */
  const show = found => {
    const {panels, figure, map, ...rest} = found, moved = found.asked.unit !== facts.asked.unit;
    for (const [name, tree] of Object.entries(panels)) page.set(['caption', 'legend'].includes(name) ? `tree-forecast_${name}` : `tree-${name}`, {tree});
    page.set('forecast-graph', {figure});
    Object.assign(facts, rest, {map});
    if (map && $('forecast-map')) {
      const {values, colors, level, selected, bounds, card, layers} = map;
      page.set('forecast-map', {values, colors, level, selected, card, layers, theme: page.theme(), ...(moved ? {camera: {bounds, maxDuration: 700}} : {})});
    }
    build();
  };
  const refresh = async () => {
    const mine = ++asking, words = wordsNow();
    words.delete('city'); words.set('lang', facts.language); words.set('theme', page.theme());
    place()?.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(`/api/forecast/${encodeURIComponent(facts.city)}/panels.json?${words}`, {cache: 'no-store'});
      if (answer.status === 401) return signIn();
      const found = await answer.json();
      if (mine !== asking) return;
      answer.ok ? show(found) : page.notice(found.fact, found.remedy, 'red');
    } catch { document.documentElement.classList.add('is-offline'); } finally { if (mine === asking) place()?.removeAttribute('aria-busy'); }
  };
  const go = (words, isNew = true) => {
    words.set('city', facts.city);
    const text = `/forecast?${words}`.replaceAll('%2C', ',').replaceAll('%3B', ';').replaceAll('%3A', ':');
    history[isNew ? 'pushState' : 'replaceState'](null, '', text);
    return refresh();
  };
  const look = href => {
    const to = new URL(href, location.href), here = wordsNow();
    for (const name of KEPT) if (here.has(name)) to.searchParams.set(name, here.get(name));
    stop();
    return go(to.searchParams);
  };
  const change = (more, isNew = true) => {
    const words = wordsNow();
    for (const [name, value] of Object.entries(more)) value === '' || value === null ? words.delete(name) : words.set(name, value);
    return go(words, isNew);
  };

  /* ---- the hours ahead on the map ---- */
  const mapRests = () => !Object.keys($('forecast-map')?.citymap?.host?.view?.values?.wait || {}).length;
  const step = (k, isPlaying = false) => {
    const p = facts.play;
    if (!p) return;
    p.k = Math.min(p.times.length - 1, Math.max(0, k));
    page.set('forecast-map', {values: {[p.level]: {url: p.url.replace('{k}', p.k), classes: p.classes}}, card: cardAt(p.k)});
    const range = $('fc-range');
    if (range) { range.value = p.k; range.setAttribute('aria-valuetext', p.labels[p.k]); $('fc-when').textContent = p.labels[p.k]; }
    const time = document.querySelector('.fc-legend .cs-legend-time');
    if (time) time.textContent = time.textContent.replace(/· .*$/, `· ${p.labels[p.k]}`);
    clearTimeout(resting);
    if (!isPlaying) resting = setTimeout(() => change({k: p.k || ''}, false), REST_MS);
  };
  const cardAt = k => facts.map?.card ? {...facts.map.card, url: facts.play.card.replace('{k}', k), title: `${facts.play.title} · ${facts.play.labels[k]}`} : null;
  const stop = () => {
    if (!playing) return;
    playing = false;
    clearTimeout(timer);
    place()?.classList.remove('is-playing');
    buildPlay();
  };
  const play = () => {
    if (playing) { stop(); return step(facts.play.k); }
    if (!facts.play) return;
    playing = true;
    place()?.classList.add('is-playing');
    if (facts.play.k >= facts.play.times.length - 1) step(0, true);
    buildPlay();
    let since = Date.now();
    const tick = () => {
      if (!playing || !place()) return;
      if (Date.now() - since >= PLAY_MS && (mapRests() || Date.now() - since > WAIT_MS)) {
        if (facts.play.k >= facts.play.times.length - 1) { stop(); return step(facts.play.k); }
        step(facts.play.k + 1, true);
        since = Date.now();
      }
      timer = setTimeout(tick, 60);
    };
    tick();
  };
  const by = n => { stop(); step(facts.play.k + n); };
  const buildPlay = () => {
    const box = $('forecast-play'), p = facts.play, w = facts.words;
    if (!box) return;
    if (!p) return box.replaceChildren();
    const had = document.activeElement?.dataset?.forecast;
    const button = (name, text, act, more = {}) => make('button', {type: 'button', className: 'cs-icon-button', title: text, label: text, data: {forecast: name}, on: {click: act}, ...more}, drawing(SIGNS[name === 'play' && playing ? 'pause' : name]));
    const range = make('input', {id: 'fc-range', type: 'range', min: 0, max: p.times.length - 1, step: 1, value: p.k, label: w.step, data: {forecast: 'range'}, on: {input: e => { stop(); step(+e.target.value); }}});
    range.setAttribute('aria-valuetext', p.labels[p.k]);
    const shows = p.shows.length < 2 ? null : make('span', {className: 'fc-shows', role: 'group'}, p.shows.map(name => {
      const b = make('button', {type: 'button', className: 'fc-show', textContent: w[name], data: {forecast: name}, on: {click: () => change({show: name === 'expected' ? '' : name})}});
      b.setAttribute('aria-pressed', String(p.show === name));
      return b;
    }));
    shows?.setAttribute('aria-label', w.show);
    box.replaceChildren(...[shows, make('span', {className: 'fc-buttons'}, button('back', w.back, () => by(-1)), button('play', playing ? w.pause : w.play, play), button('on', w.on, () => by(1))),
      range, make('output', {id: 'fc-when', className: 'fc-when', textContent: p.labels[p.k]})].filter(Boolean));
    if (had) box.querySelector(`[data-forecast="${had}"]`)?.focus();
  };

  /* ---- as it would have been forecast from an earlier moment ---- */
  const buildReplay = () => {
    const box = $('forecast-replay'), {times, at} = facts.cutoffs, w = facts.words;
    if (!box) return;
    if (times.length < 2) return box.replaceChildren();
    const last = times.length - 1, say = k => k === last ? w.newest : new Intl.DateTimeFormat(facts.language === 'en' ? 'en-GB' : 'zh-CN', {timeZone: facts.zone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'}).format(new Date(times[k] * 1000));
    const now = at === null ? last : Math.max(0, times.findLastIndex(t => t <= at));
    const had = document.activeElement?.id === 'fc-cutoff';
    const range = make('input', {id: 'fc-cutoff', type: 'range', min: 0, max: last, step: 1, value: now, label: w.earlier,
      on: {input: e => { $('fc-cutoff-said').textContent = say(+e.target.value); e.target.setAttribute('aria-valuetext', say(+e.target.value)); },
        change: e => { const k = +e.target.value; stop(); change({at: k === last ? '' : times[k], k: '', ...(k === last ? {} : {s: ''})}); }}});
    range.setAttribute('aria-valuetext', say(now));
    box.replaceChildren(make('span', {textContent: w.replay}), range, make('output', {id: 'fc-cutoff-said', textContent: say(now)}));
    if (had) range.focus();
  };

  /* ---- what if ---- */
  const buildForm = () => {
    const box = $('forecast-form'), form = facts.form, w = facts.words;
    if (!box) return;
    if (!form) { box.dataset.for = ''; return box.replaceChildren(); }
    const mine = JSON.stringify([facts.asked.sign, form.drivers.map(d => d.id), form.roads.map(r => r.code)]);
    const isFull = (facts.asked.s ? facts.asked.s.split(';').length : 0) >= form.most;
    if (box.dataset.for === mine) { const b = box.querySelector('[type=submit]'); b.disabled = isFull; b.title = isFull ? w.full : ''; return; }
    box.dataset.for = mine;
    const rows = form.drivers.map(d => {
      const limits = {min: -d.most, max: d.most, step: d.most > 20 ? 1 : 0.5, value: 0}, title = w.more.replace('{name}', d.name);
      const number = make('input', {type: 'number', ...limits, label: `${title} (${d.unit})`, data: {driver: d.id}, on: {input: e => { range.value = e.target.value || 0; }}});
      const range = make('input', {type: 'range', ...limits, label: title, on: {input: e => { number.value = e.target.value; }}});
      return make('div', {className: 'fc-driver'}, make('span', {textContent: d.name}), range, number, make('small', {textContent: d.unit}));
    });
    const free = form.has_holiday ? make('label', {className: 'fc-free'}, make('input', {type: 'checkbox', id: 'fc-holiday'}), ` ${w.holiday}`) : null;
    const road = form.roads.length ? make('div', {className: 'fc-road'}, make('label', {}, `${w.road} `, make('select', {id: 'fc-road'}, make('option', {value: '', textContent: w.none}),
      form.roads.map(one => make('option', {value: one.code, textContent: one.name})))), make('button', {type: 'button', className: 'cs-act', textContent: w.pick, on: {click: pick}})) : null;
    const add = make('button', {type: 'submit', className: 'cs-button cs-button-main', textContent: w.add, disabled: isFull, title: isFull ? w.full : ''});
    box.replaceChildren(make('form', {className: 'fc-form', on: {submit: added}}, rows, free, road, add));
  };
  const added = e => {
    e.preventDefault();
    const form = e.target, parts = [...form.querySelectorAll('[data-driver]')].filter(n => +n.value).map(n => `${n.dataset.driver}:${+n.value}`).sort();
    if ($('fc-holiday')?.checked) parts.push('holiday');
    if ($('fc-road')?.value) parts.push(`road:${$('fc-road').value}`);
    if (!parts.length) return page.notice(facts.words.nothing, '');
    const s = [...(facts.asked.s ? facts.asked.s.split(';') : []), parts.join(',')];
    form.reset();
    change({s: [...new Set(s)].join(';'), at: ''});
  };
  const pick = () => { picking = true; page.notice(facts.words.picking, ''); $('forecast-map')?.scrollIntoView({block: 'nearest'}); };
  const picked = code => {
    picking = false;
    const list = $('fc-road');
    if (!list) return;
    if (![...list.options].some(o => o.value === code)) list.append(make('option', {value: code, textContent: code}));
    list.value = code;
    list.focus();
  };

  /* a click on the map: the unit is looked at (or its road closed); on empty ground: the whole city again */
  screen.forecast_clicked = async click => {
    if (!facts || !click) return;
    const {level, seq} = click;
    if (level && seq) {
      const answer = await fetch(`/unit/${encodeURIComponent(facts.city)}/${level}/${seq}.json`);
      if (!answer.ok) return;
      const {code} = await answer.json();
      if (picking) return picked(code);
      if (code !== facts.asked.unit) { stop(); change({unit: code, k: '', with: (facts.asked.with || '').split(',').filter(c => c && c !== code).join(',')}); }
    } else if (facts.asked.unit && !picking) { stop(); change({unit: '', k: ''}); }
  };

  /* ---- choosing models anew ---- */
  const buildTraining = () => {
    const box = $('forecast-training'), t = facts.training, w = facts.words;
    if (!box) return;
    const may = !!document.querySelector('.fc-train');
    if (!t.is_busy && !t.waiting) return box.replaceChildren();
    const what = t.job ? `${t.job.indicator} · ${w.levels[t.job.level] || t.job.level}` : '…';
    const bar = make('progress', {max: 1, value: t.share, label: w.training.replace('{what}', what)});
    const had = document.activeElement?.dataset?.forecast === 'cancel';
    box.replaceChildren(make('p', {role: 'status'}, w.training.replace('{what}', what), t.waiting ? ` · ${w.waits.replace('{n}', t.waiting)}` : ''), bar,
      ...(may ? [make('button', {type: 'button', className: 'cs-act', textContent: w.cancel, data: {forecast: 'cancel'}})] : []));
    if (had) box.querySelector('button')?.focus();
  };
  const training = async (path = '', form = null) => {
    const answer = await fetch(`/api/forecast/${encodeURIComponent(facts.city)}/training${path || '.json'}`, form ? {method: 'POST', body: new URLSearchParams(form), headers: {'X-CSRFToken': token()}} : {cache: 'no-store'});
    if (answer.status === 401) return signIn();
    const found = await answer.json();
    if (!answer.ok) return page.notice(said(found.fact), said(found.remedy), 'red');
    facts.training = found;
    buildTraining();
    document.querySelectorAll('.fc-train').forEach(b => { b.disabled = found.is_busy; });
  };
  const follow = async () => {
    if (!document.hidden && place() && facts.training && (facts.training.is_busy || facts.training.waiting || wasBusy)) {
      wasBusy = facts.training.is_busy || facts.training.waiting > 0;
      try { await training(); } catch { /* the next look will tell */ }
      if (wasBusy && !facts.training.is_busy && !facts.training.waiting) {
        wasBusy = false;
        const last = facts.training.done[0];
        page.notice(last?.error ? facts.words.failed : facts.words.done, said(last?.error), last?.error ? 'yellow' : 'green');
        refresh();
      }
    }
    setTimeout(follow, TRAIN_MS);
  };

  const picture = () => {
    const plot = document.querySelector('#forecast-graph .js-plotly-plot');
    if (plot && window.Plotly) window.Plotly.downloadImage(plot, {format: 'png', scale: 2, width: plot.clientWidth, height: plot.clientHeight, filename: `${facts.city}-${facts.asked.sign}-forecast`});
  };
  const build = () => { buildReplay(); buildPlay(); buildForm(); buildTraining(); };

  document.addEventListener('click', e => {
    if (!facts || !place()) return;
    const link = e.target.closest?.('a[data-foresee]'), b = e.target.closest?.('button[data-forecast]');
    if (b?.dataset.forecast === 'train') { wasBusy = true; return training('.json', {indicator: facts.asked.sign}); }
    if (b?.dataset.forecast === 'cancel') return training('/cancel', {stop: 'yes'});
    if (b?.dataset.forecast === 'png') return picture();
    if (!link || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    look(link.getAttribute('href'));
  });
  document.addEventListener('keydown', e => {
    if (!facts?.play || !place() || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.('input, textarea, select, [contenteditable], dialog')) return;
    const act = {p: play, '[': () => by(-1), ']': () => by(1)}[e.key.toLowerCase()];
    if (act) { e.preventDefault(); act(); }
    if (e.key === 'Escape') picking = false;
  });
  addEventListener('popstate', () => { if (facts && place()) { stop(); refresh(); } });

  /* what came in since: drawn again; another shape of the city is another page */
  const poll = async () => {
    if (!document.hidden && place()) {
      try {
        const answer = await fetch('/version', {cache: 'no-store'});
        if (answer.status === 401) return signIn();
        const mine = (await answer.json())[facts.city], was = versions, root = document.documentElement, back = root.classList.contains('is-offline');
        root.classList.remove('is-offline');
        versions = mine;
        if (was && mine && mine.geometry !== was.geometry) return location.reload();
        if (was && mine && !playing && (back || mine.values !== was.values)) await refresh();
      } catch { document.documentElement.classList.add('is-offline'); }
    }
    setTimeout(poll, POLL_MS);
  };
  const begin = () => {
    if (location.pathname !== '/forecast') return;
    facts = place() && window.dash_component_api?.getLayout?.('forecast-facts')?.props?.data;
    if (!facts || !$('forecast-play')) return setTimeout(begin, 80);
    facts = structuredClone(facts);
    versions = facts.versions;
    wasBusy = facts.training.is_busy;
    build();
    new MutationObserver(() => refresh()).observe(document.documentElement, {attributes: true, attributeFilter: ['data-mantine-color-scheme']});
    setTimeout(poll, POLL_MS);
    setTimeout(follow, TRAIN_MS);
  };
  addEventListener('DOMContentLoaded', begin);
})();
