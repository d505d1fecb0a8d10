/* The catalogue: filters and shape become the address; asking, deciding, copying and files by delegation on data-… */
(() => {
  const set = (id, props) => window.dash_clientside.set_props(id, props), none = () => window.dash_clientside.no_update;
  const notice = (title, message, color = 'red') => set('notices', {sendNotifications: [{action: 'show', id: 'catalogue', color, title, message: message || ''}]});
  const screen = (window.dash_clientside = window.dash_clientside || {}).catalogue = {};
  const stamp = () => Date.now().toString();
  const fieldsOf = element => Object.fromEntries([...element.attributes].filter(a => a.name.startsWith('data-field-')).map(a => [a.name.slice(11), a.value]));

  screen.address = (word, kind, department, topic, sharing, area) => {
    const p = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries({word, kind, department, topic, sharing, area})) value ? p.set(name, value) : p.delete(name);
    p.delete('entry');
    history.replaceState(history.state, '', `?${String(p).replaceAll('%2C', ',').replaceAll('%3B', ';')}`);
    return none();
  };
  /* a drawn shape as lon,lat;lon,lat;…: at most 64 corners, to a metre */
  screen.drawn = drawn => {
    const ring = drawn?.geometry?.type === 'Polygon' ? drawn.geometry.coordinates[0].slice(0, -1) : null;
    useTool(null);
    if (!ring) return none();
    const step = Math.ceil(ring.length / 64);
    return ring.filter((_, i) => i % step === 0).map(([x, y]) => `${x.toFixed(5)},${y.toFixed(5)}`).join(';');
  };

  const useTool = name => {
    document.querySelectorAll('[data-shape]').forEach(b => b.setAttribute('aria-pressed', String(b.dataset.shape === name)));
    set('catalogue-map', {tool: name});
    if (name) document.querySelector('#catalogue-map canvas')?.focus({preventScroll: true});
  };
  const showArea = () => {
    const text = new URLSearchParams(location.search).get('area'), place = document.getElementById('catalogue-map');
    if (!place) return;
    const ring = text ? text.split(';').map(c => c.split(',').map(Number)) : [];
    const layers = ring.length > 2 && ring.flat().every(Number.isFinite) ? [{'@@type': 'PolygonLayer', id: 'area', data: [{ring: [...ring, ring[0]]}],
      getPolygon: '@@=ring', getFillColor: [11, 95, 196, 40], getLineColor: [11, 95, 196, 220], lineWidthMinPixels: 2, pickable: false}] : [];
    set('catalogue-map', {layers});
  };

  const DO = {
    tool: b => useTool(b.getAttribute('aria-pressed') === 'true' ? null : b.dataset.shape),
    area: () => { useTool(null); set('catalogue-area', {data: ''}); set('catalogue-map', {layers: [], drawn: null}); },
    more: b => set('catalogue-most', {data: +b.dataset.most}),
    pick: b => b.setAttribute('aria-pressed', String(b.getAttribute('aria-pressed') !== 'true')),
    copy: b => {
      const word = b.textContent, done = () => { b.textContent = b.dataset.done; setTimeout(() => { b.textContent = word; }, 1500); };
      const byHand = () => { const area = Object.assign(document.createElement('textarea'), {value: b.dataset.text}); document.body.append(area); area.select(); document.execCommand('copy'); area.remove(); done(); };
      navigator.clipboard ? navigator.clipboard.writeText(b.dataset.text).then(done, byHand) : byHand();
    },
    async take(b) {
      const file = document.getElementById('catalogue-file')?.files?.[0], told = document.getElementById('catalogue-told');
      if (!file) return document.getElementById('catalogue-file')?.focus();
      b.disabled = true;
      try {
        const body = new FormData(), token = document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
        body.append('file', file);
        const answer = await fetch(`/api/catalogue/${encodeURIComponent(b.dataset.city)}/import`, {method: 'POST', headers: {'X-CSRFToken': token}, body});
        const said = await answer.json();
        if (!answer.ok) return notice(said.fact, [said.remedy, ...Object.entries(said.where || {}).map(([k, v]) => `${k}: ${v}`)].filter(Boolean).join(' · '));
        told.textContent = told.dataset.text.replace(/\{(\w+)\}/g, (_, name) => Number(said[name]).toLocaleString());
        set('catalogue-most', {data: 50 + (+new Date() % 2)});
      } catch { notice('', ''); } finally { b.disabled = false; }
    }
  };

  document.addEventListener('click', e => {
    let b;
    if ((b = e.target.closest?.('[data-catalogue]'))) return DO[b.dataset.catalogue]?.(b);
    if ((b = e.target.closest?.('[data-ask]'))) { b.disabled = true; setTimeout(() => { b.disabled = false; }, 1500); return set('catalogue-act', {data: {act: b.dataset.ask, ...fieldsOf(b), t: stamp()}}); }
    if ((b = e.target.closest?.('[data-decide]'))) {
      const why = b.dataset.askWhy ? window.prompt(b.dataset.askWhy) : '';
      if (why === null) return;
      b.disabled = true;
      setTimeout(() => { b.disabled = false; }, 1500);
      set('catalogue-decide', {data: {act: b.dataset.decide, ...fieldsOf(b), why, t: stamp()}});
    }
  });
  document.addEventListener('submit', e => {
    const form = e.target.closest?.('[data-ask-form]');
    if (!form) return;
    e.preventDefault();
    const fields = [...form.querySelectorAll('.cs-pick[aria-pressed=true]')].map(b => b.dataset.name).join(',');
    set('catalogue-act', {data: {act: form.dataset.askForm, ...Object.fromEntries(new FormData(form)), fields, t: stamp()}});
  });
  document.addEventListener('keydown', e => {
    if (e.key === 'Escape' && document.querySelector('[data-shape][aria-pressed=true]')) useTool(null);
    if (e.key === '/' && !e.target.closest?.('input, textarea, select')) { const word = document.getElementById('catalogue-word'); if (word) { word.focus(); e.preventDefault(); } }
  });
  const shown = setInterval(() => { const place = document.getElementById('catalogue-map'); if (place?.citymap) { showArea(); clearInterval(shown); } }, 300);
  setTimeout(() => clearInterval(shown), 15000);
})();
