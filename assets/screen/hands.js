/* Clicks and keys of the whole page, answered by delegation: what an element does is written on it as data-… */
(() => {
  const page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  const root = document.documentElement, $ = id => document.getElementById(id);
  const remember = (name, value) => { document.cookie = `chengshu-${name}=${value};path=/;max-age=31536000;samesite=lax`; };

  /* paper is white, whatever the screen is */
  let onScreen;
  addEventListener('beforeprint', () => { onScreen = root.dataset.mantineColorScheme; root.dataset.mantineColorScheme = 'light'; });
  addEventListener('afterprint', () => { root.dataset.mantineColorScheme = onScreen; });

  const closeMenus = but => document.querySelectorAll('.cs-menu:not([hidden])').forEach(m => {
    if (m === but) return;
    m.hidden = true;
    document.querySelector(`[data-menu="${m.id}"]`)?.setAttribute('aria-expanded', 'false');
  });
  const openMenu = button => {
    const menu = $(button.dataset.menu), open = menu.hidden;
    closeMenus();
    menu.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open) menu.querySelector('[role=menuitem]')?.focus();
  };

  const ACTIONS = {
    theme() {
      const theme = page.theme() === 'dark' ? 'light' : 'dark';
      root.dataset.mantineColorScheme = theme;
      remember('theme', theme);
      const p = new URLSearchParams(location.search);
      if (p.has('theme')) { p.set('theme', theme); history.replaceState(history.state, '', `?${p}`); }
      if (page.facts) page.set('reader', {data: {language: root.lang.startsWith('zh') ? 'zh' : 'en', theme, zone: page.facts?.zone || 'Asia/Shanghai'}});
      page.set('provider', {forceColorScheme: theme});
    },
    language() {
      const language = root.lang.startsWith('zh') ? 'en' : 'zh', p = new URLSearchParams(page.now ? page.address() : location.search);
      remember('lang', language);
      p.set('lang', language);
      location.search = String(p).replaceAll('%2C', ',');
    },
    help() { page.set('help', {opened: true}); },
    left() { root.dataset.left = root.dataset.left === 'open' ? '' : 'open'; if (root.dataset.left === 'open') $('sign-filter')?.focus({preventScroll: true}); },
    legend() {
      const folded = root.dataset.legend === 'folded' ? '' : 'folded';
      root.dataset.legend = folded;
      try { localStorage.setItem('chengshu-legend', folded); } catch { /* private window */ }
    },
    undo() { page.undo(); },
    trace() { page.traceMode(); },
    async 'sign-out'() {
      const token = document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
      try { await window.caches?.delete('chengshu-brief'); } catch { /* nothing was kept */ }
      try { await fetch('/sign-out', {method: 'POST', headers: {'X-CSRFToken': token}}); } finally { location.assign('/sign-in'); }
    }
  };

  try { root.dataset.legend = localStorage.getItem('chengshu-legend') || ''; } catch { /* private window */ }

  page.useTool = name => page.set('tool-control', {data: name && page.tool !== name ? (page.tool = name) : (page.tool = null)});
  /* the table's script comes when the first table is opened */
  let grid = null;
  const needGrid = page.needGrid = () => window.dash_ag_grid ? Promise.resolve() : grid ??= new Promise((done, failed) => {
    const script = document.createElement('script');
    Object.assign(script, {src: '/_dash-component-suites/dash_ag_grid/dash_ag_grid.min.js', onload: done, onerror: () => { grid = null; failed(new Error('table')); }});
    document.head.append(script);
  });
  page.showTab = async name => {
    if (name === 'table') await needGrid();
    page.set('tab-control', {data: name});
  };
  page.openTab = name => page.showTab(name && root.dataset.dock === name ? '' : name);

  document.addEventListener('click', e => {
    const on = name => e.target.closest?.(`[data-${name}]`);
    let b;
    if ((b = on('menu'))) return openMenu(b);
    if (!e.target.closest?.('.cs-menu')) closeMenus();
    if ((b = on('indicator'))) { page.set('indicator', {data: b.dataset.indicator}); root.dataset.left = ''; if (b.dataset.code) page.select([b.dataset.code], {fly: true}); return; }
    if ((b = on('code'))) {
      const several = e.ctrlKey || e.metaKey || e.shiftKey;
      page.select(several ? [...new Set([...page.codes(), b.dataset.code])] : [b.dataset.code], {fly: !several && !!b.dataset.fly});
      if (b.closest('.cs-results')) closeResults(true);
      return;
    }
    if ((b = on('tool'))) return page.useTool(b.dataset.tool);
    if ((b = on('tab'))) return page.openTab(b.dataset.tab);
    if ((b = on('export'))) { closeMenus(); return page.export(b.dataset.export); }
    if ((b = on('action'))) return ACTIONS[b.dataset.action]?.();
    if (e.target.id === 'cover') root.dataset.left = '';
    if (!e.target.closest?.('.cs-search')) closeResults();
    const row = e.target.closest?.('.cs-grid .ag-row');
    if (row) chooseRow(row, e);
  });
  const chooseRow = (row, e) => {
    const code = row.getAttribute('row-id'), several = e.ctrlKey || e.metaKey || e.shiftKey;
    if (!code || /^\d{1,7}$/.test(code) && code.length < 6) return;
    const codes = page.codes();
    page.select(several ? (codes.includes(code) ? codes.filter(c => c !== code) : [...codes, code]) : [code], {fly: e.detail > 1 || e.key === 'Enter'});
  };

  /* ---- search: arrows walk, Enter takes ---- */
  const results = () => [...document.querySelectorAll('.cs-results [data-code]')];
  const closeResults = clear => { root.dataset.results = ''; if (clear) { page.set('search-word', {value: ''}); $('search-word')?.blur(); } };
  document.addEventListener('focusin', e => { if (e.target.id === 'search-word') root.dataset.results = 'open'; });
  const walk = (e, step) => {
    const all = results(), now = all.findIndex(b => b.getAttribute('aria-selected') === 'true'), next = all[(now + step + all.length) % all.length];
    all.forEach(b => b.setAttribute('aria-selected', String(b === next)));
    next?.scrollIntoView({block: 'nearest'});
    e.preventDefault();
  };

  const KEYS = {
    '/': () => $('search-word')?.focus(), '?': () => ACTIONS.help(), '[': () => time('back'), ']': () => time('on'), p: () => time('play'),
    3: () => document.querySelector('#map .citymap-tilt')?.click(), c: () => page.openTab('chart'), t: () => page.openTab('table')
  };
  const time = what => document.dispatchEvent(new CustomEvent('chengshu:time', {detail: what}));

  document.addEventListener('keydown', e => {
    if (e.target.id === 'search-word') {
      if (e.key === 'ArrowDown') return walk(e, 1);
      if (e.key === 'ArrowUp') return walk(e, -1);
      if (e.key === 'Enter') { (results().find(b => b.getAttribute('aria-selected') === 'true') || results()[0])?.click(); e.preventDefault(); }
      if (e.key === 'Escape') closeResults(true);
      return;
    }
    const sign = e.target.closest?.('.cs-sign'), step = {ArrowDown: 1, ArrowUp: -1}[e.key];
    if (sign && step) {
      const all = [...document.querySelectorAll('.cs-sign')].filter(b => b.offsetParent);
      all[Math.min(all.length - 1, Math.max(0, all.indexOf(sign) + step))].focus();
      return e.preventDefault();
    }
    const menu = e.target.closest?.('.cs-menu');
    if (menu && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      const all = [...menu.querySelectorAll('[role=menuitem]')], i = all.indexOf(document.activeElement);
      all[(i + (e.key === 'ArrowDown' ? 1 : -1) + all.length) % all.length].focus();
      return e.preventDefault();
    }
    if (e.key === 'Escape') {
      if (menu) document.querySelector(`[data-menu="${menu.id}"]`)?.focus();
      closeMenus(); root.dataset.left = ''; page.traceMode(false);
      if (page.tool) page.useTool(null);
      return;
    }
    const row = e.target.closest?.('.cs-grid .ag-row');
    if (row && (e.key === 'Enter' || e.key === ' ')) { chooseRow(row, e); return e.preventDefault(); }
    if (e.target.closest?.('input:not([type=range]), textarea, select, [contenteditable]')) return;
    if ((e.ctrlKey || e.metaKey) && e.key === 'z') { page.undo(); return e.preventDefault(); }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key.toLowerCase() === 'l') { page.traceMode(); return e.preventDefault(); }
    const act = KEYS[e.key.toLowerCase()];
    if (act && page.facts) { act(); e.preventDefault(); } else if (e.key === '?') ACTIONS.help();
  });

  /* ---- taking out ---- */
  page.export = kind => {
    const {view, at, selection, facts} = page.now;
    if (kind === 'link') {
      const text = location.origin + location.pathname + page.address();
      navigator.clipboard?.writeText(text).then(() => page.notice(facts.words.copied, ''), () => page.notice(text, ''));
      return;
    }
    if (kind === 'png') {
      const legend = [...document.querySelectorAll('#legend [data-color]')].map(li => ({color: li.dataset.color, label: li.dataset.label}));
      const title = `${facts.indicators[view.indicator].name} ${facts.indicators[view.indicator].unit}`, timeText = document.querySelector('#legend .cs-legend-time')?.textContent;
      return page.set('map', {picture: {n: Date.now(), name: `${facts.city}-${view.indicator}`, title, legend, time: timeText, source: facts.licence}});
    }
    const p = new URLSearchParams({indicator: view.indicator, level: page.scope?.level || 'street', lang: facts.language});
    if (at !== null && at !== undefined) p.set('at', at);
    const codes = (selection?.items || []).map(i => i.code);
    if (codes.length) { p.set('units', codes.slice(0, 2000).join(',')); p.set('level', selection.items[0].level); }
    const a = document.createElement('a');
    a.href = `/export/${facts.city}.${kind}?${p}`; a.download = '';
    document.body.append(a); a.click(); a.remove();
  };

  /* ---- the card as a sheet on tablets: tap or pull the handle ---- */
  const NEXT = {'': 'half', peek: 'half', half: 'full', full: 'peek'};
  let pull = null;
  document.addEventListener('pointerdown', e => {
    const handle = e.target.closest?.('#sheet-handle');
    if (handle) { pull = {y: e.clientY, moved: false, sheet: $('right')}; handle.setPointerCapture(e.pointerId); }
  });
  document.addEventListener('pointermove', e => {
    if (!pull) return;
    const dy = e.clientY - pull.y;
    if (Math.abs(dy) > 6) pull.moved = true;
    if (pull.moved) pull.sheet.style.transform = `translateY(${Math.max(-40, dy)}px)`;
  });
  document.addEventListener('pointerup', e => {
    if (!pull) return;
    const dy = e.clientY - pull.y, now = root.dataset.sheet || 'peek', order = ['peek', 'half', 'full'];
    pull.sheet.style.transform = '';
    root.dataset.sheet = pull.moved ? order[Math.min(2, Math.max(0, order.indexOf(now) + (dy < -30 ? 1 : dy > 30 ? -1 : 0)))] : NEXT[now];
    pull = null;
  });
})();
