/* The libraries as a picture: tables in columns by library, edges between them, one table or column followed up and down. */
(() => {
  const {createElement: h, useState, useMemo, useEffect} = window.React;
  const screen = (window.chengshu_screen = window.chengshu_screen || {});
  // which libraries stand above each other, from the file on the left to the tiles on the right
  const BANDS = [['file'], ['hub', 'front'], ['dept', 'mgmt'], ['base', 'catalogue'], ['theme'], ['tiles', 'trace', 'ledger']];
  const roomy = window.innerWidth > 1600, WIDE = roomy ? 176 : 136, HIGH = 30, GAP_X = roomy ? 64 : 34, GAP_Y = 8, HEAD = 28, BAND = 22;

  const lay = tables => {
    const place = {}, heads = [];
    let bottom = 0;
    BANDS.forEach((libraries, column) => {
      let y = 0;
      const x = column * (WIDE + GAP_X);
      for (const library of libraries) {
        const mine = tables.filter(t => t.library === library);
        if (!mine.length) continue;
        heads.push({library, x, y});
        y += HEAD;
        for (const t of mine) { place[t.name] = {x, y}; y += HIGH + GAP_Y; }
        y += BAND;
      }
      bottom = Math.max(bottom, y);
    });
    return {place, heads, width: BANDS.length * (WIDE + GAP_X) - GAP_X, height: bottom};
  };

  const walk = (start, next) => {
    const found = new Set(), open = [start];
    while (open.length) for (const one of next(open.pop()) || []) if (!found.has(one)) { found.add(one); open.push(one); }
    return found;
  };
  const tableOf = column => column.slice(0, column.lastIndexOf('.'));
  const nameOf = column => column.slice(column.lastIndexOf('.') + 1);

  screen.LineageGraph = ({graph, words, language, chosen}) => {
    const [picked, pick] = useState(chosen || '');
    const [word, setWord] = useState('');
    const known = useMemo(() => {
      const byName = Object.fromEntries(graph.tables.map(t => [t.name, t])), down = {}, above = {}, below = {};
      for (const [column, sources] of Object.entries(graph.sources)) for (const s of sources) (down[s] ??= []).push(column);
      for (const [a, b] of graph.edges) { (above[b] ??= []).push(a); (below[a] ??= []).push(b); }
      return {byName, down, above, below, ...lay(graph.tables)};
    }, [graph]);
    const isTable = picked in known.byName, table = isTable ? picked : tableOf(picked);
    const ways = useMemo(() => !picked ? null : isTable
      ? {up: walk(picked, t => known.above[t]), down: walk(picked, t => known.below[t])}
      : {up: walk(picked, c => graph.sources[c]), down: walk(picked, c => known.down[c])}, [picked]);
    const lit = useMemo(() => ways && new Set([table, ...[...ways.up, ...ways.down].map(c => isTable ? c : tableOf(c))]), [ways]);
    useEffect(() => {
      const p = new URLSearchParams(location.search);
      p.delete('table'); p.delete('column');
      if (picked) p.set(isTable ? 'table' : 'column', picked);
      history.replaceState(history.state, '', `?${p}`);
    }, [picked]);
    useEffect(() => {
      const out = e => { if (e.key === 'Escape' && !document.querySelector('dialog[open]')) pick(''); };
      document.addEventListener('keydown', out);
      return () => document.removeEventListener('keydown', out);
    }, []);
    const number = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {notation: 'compact', maximumFractionDigits: 1});
    const path = ([a, b]) => {
      const from = known.place[a], to = known.place[b];
      if (!from || !to) return null;
      const back = from.x >= to.x, x1 = from.x + (back && from.x === to.x ? 0 : WIDE), x2 = to.x + (back && from.x !== to.x ? WIDE : 0);
      const y1 = from.y + HIGH / 2, y2 = to.y + HIGH / 2, bend = from.x === to.x ? -26 : back ? -GAP_X : Math.max(GAP_X / 2, (x2 - x1) / 2);
      return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - (from.x === to.x ? 26 : bend)} ${y2} ${x2} ${y2}`;
    };
    const shown = t => !word || `${t.name} ${t.grain} ${t.columns.join(' ')}`.toLowerCase().includes(word.toLowerCase());
    const isLitEdge = ([a, b]) => lit && lit.has(a) && lit.has(b) && (isTable || b === table || a === table || ways.up.size + ways.down.size);
    const one = known.byName[table];
    const column = name => h('li', {key: name},
      h('button', {type: 'button', className: 'cs-lineage-column', 'aria-pressed': picked === `${table}.${name}`, onClick: () => pick(`${table}.${name}`)}, h('code', null, name)),
      h('small', null, (graph.sources[`${table}.${name}`] || []).slice(0, 6).join(' · ')));
    const list = (title, columns) => columns.length ? h('section', null, h('h4', null, `${title} (${columns.length})`),
      h('ul', null, columns.map(c => h('li', {key: c}, h('button', {type: 'button', className: 'cs-lineage-column', onClick: () => pick(c)}, h('code', null, c)))))) : null;

    return h('div', {className: 'cs-lineage'},
      h('div', {className: 'cs-lineage-main'},
        h('div', {className: 'cs-lineage-tools'},
          h('h1', {className: 'cs-lineage-title'}, words.picture),
          h('input', {type: 'search', value: word, placeholder: words.find, 'aria-label': words.find, className: 'cs-lineage-find', onChange: e => setWord(e.target.value)}),
          h('span', {className: 'cs-soft'}, words.hint)),
        h('div', {className: 'cs-lineage-picture', tabIndex: 0, role: 'region', 'aria-label': words.picture},
          h('div', {className: 'cs-lineage-field', style: {width: known.width, height: known.height}},
            h('svg', {width: known.width, height: known.height, 'aria-hidden': true}, graph.edges.map(e => {
              const d = path(e);
              return d && h('path', {key: e.join(), d, className: isLitEdge(e) ? 'is-lit' : lit ? 'is-dim' : ''});
            })),
            known.heads.map(({library, x, y}) => h('h3', {key: library, style: {left: x, top: y, width: WIDE}}, words.libraries[library] || library)),
            graph.tables.map(t => {
              const {x, y} = known.place[t.name] || {};
              return x === undefined ? null : h('button', {
                key: t.name, type: 'button', style: {left: x, top: y, width: WIDE, height: HIGH}, title: t.grain || t.name,
                className: `cs-lineage-table is-${t.library}${t.name === table ? ' is-picked' : ''}${(lit && !lit.has(t.name)) || !shown(t) ? ' is-dim' : ''}`,
                'aria-pressed': t.name === table, onClick: () => pick(picked === t.name ? '' : t.name)
              }, h('span', null, t.name.slice(t.name.indexOf('.') + 1)), t.rows === null || t.rows === undefined ? null : h('small', null, number.format(t.rows)));
            })))),
      h('aside', {className: 'cs-lineage-side', 'aria-live': 'polite'}, !one ? h('p', {className: 'cs-soft'}, words.nothing) : [
        h('h2', {key: 'n'}, one.name),
        one.grain ? h('p', {key: 'g', lang: 'en'}, one.grain) : null,
        h('dl', {key: 'f', className: 'cs-lineage-facts'},
          h('dt', null, words.library), h('dd', null, words.libraries[one.library] || one.library),
          one.rows === null || one.rows === undefined ? null : [h('dt', {key: 1}, words.rows), h('dd', {key: 2}, one.rows.toLocaleString())],
          one.dataset ? [h('dt', {key: 3}, words.dataset), h('dd', {key: 4}, words.datasets[one.dataset] || one.dataset)] : null,
          one.made_by.length ? [h('dt', {key: 5}, words.by), h('dd', {key: 6}, one.made_by.join(' · '))] : null,
          one.asked_by.length ? [h('dt', {key: 7}, words.asked), h('dd', {key: 8}, one.asked_by.join(' · '))] : null),
        !isTable && ways ? h('div', {key: 'w', className: 'cs-lineage-ways'}, h('h3', null, h('code', null, nameOf(picked))),
          list(words.up, [...ways.up].sort()), list(words.down, [...ways.down].sort())) : null,
        h('h3', {key: 'c'}, words.columns), h('ul', {key: 'l', className: 'cs-lineage-columns'}, one.columns.map(column))
      ]));
  };
})();
