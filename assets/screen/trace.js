/* A click (or Enter) on a number opens where it came from: the answer of /trace, drawn beside the page. */
(() => {
  const root = document.documentElement, page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  let dialog = null, drawn = null, back = [], from = null;

  const frame = () => {
    if (dialog) return dialog;
    dialog = document.createElement('dialog');
    dialog.className = 'cs-trace';

    document.body.append(dialog);
    dialog.addEventListener('click', e => { if (e.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => { back = []; from?.focus?.({preventScroll: true}); });
    drawn = window.ReactDOM.createRoot(dialog);
    return dialog;
  };
  const cityNow = () => new URLSearchParams(location.search).get('city') || page.facts?.city || root.dataset.city || '';

  const show = (content, key, answer) => {
    const h = window.React.createElement, Still = window.chengshu_screen.Still, Icon = window.chengshu_screen.Icon;
    const button = (text, act, path) => h('button', {type: 'button', className: 'cs-icon-button', title: text, 'aria-label': text, onClick: act}, h(Icon, {d: path}));
    drawn.render(h('div', {className: 'cs-trace-frame', 'aria-busy': !answer},
      h('div', {className: 'cs-trace-bar'},
        back.length > 1 ? button('←', () => { back.pop(); open(back.pop()); }, 'M14 6l-6 6 6 6') : null,
        h('strong', null, answer?.title || ''),
        answer?.graph ? h('a', {href: answer.graph.href, className: 'cs-link'}, answer.graph.text) : null,
        button(answer?.close || 'Esc', () => dialog.close(), 'M6 6l12 12M18 6L6 18')),
      content || h(Still, {tree: answer.tree})));
  };

  const open = async key => {
    const h = window.React.createElement;
    frame();
    back.push(key);
    if (!dialog.open) dialog.showModal();
    show(h('div', {className: 'cs-trace-wait'}, '…'), key, null);
    const language = root.lang.startsWith('zh') ? 'zh' : 'en';
    try {
      const answer = await fetch(`/trace/${encodeURIComponent(cityNow())}/${key.split('/').map(encodeURIComponent).join('/')}?lang=${language}`);
      const found = await answer.json();
      if (back.at(-1) !== key) return;
      if (!answer.ok) return show(h('div', {className: 'cs-failed', role: 'alert'}, h('div', null, h('strong', null, found.fact), h('p', null, found.remedy || ''))), key, {});
      show(null, key, found);
      dialog.scrollTop = 0;
    } catch (error) {
      show(h('div', {className: 'cs-failed', role: 'alert'}, String(error.message || error)), key, {});
    }
  };

  /* a cell of the table, a point of the chart: whose value it is follows from where it stands */
  const ofCell = e => {
    const cell = e.target.closest?.('.cs-grid .ag-cell[col-id="value"], .cs-grid .ag-cell[col-id="coverage"], .cs-grid .ag-cell[col-id="time"]');
    const code = cell?.closest('.ag-row')?.getAttribute('row-id'), now = page.now;
    return code && now?.view?.indicator ? `value/${now.view.indicator}/${code}/${now.at ?? 'latest'}` : null;
  };
  const within = e => e.target.closest?.('[data-trace-in]')?.dataset.traceIn || ofCell(e);
  const isOn = () => root.dataset.tracing === 'on';

  page.traceMode = on => {
    root.dataset.tracing = (on ?? !isOn()) ? 'on' : '';
    document.querySelector('.cs-trace-button')?.setAttribute('aria-pressed', String(isOn()));
  };

  /* in trace mode a click on the map opens the number that its hover card shows, instead of selecting; true where it did */
  page.traceUnit = (level, seq, code) => {
    const indicator = page.now?.view?.indicator;
    if (!isOn() || !indicator || !(seq || code)) return false;
    page.traceMode(false);
    from = document.getElementById('map');
    const at = page.now.at ?? 'latest';
    if (code) open(`value/${indicator}/${code}/${at}`);
    else fetch(`/unit/${encodeURIComponent(cityNow())}/${level}/${seq}.json`).then(r => r.json()).then(unit => unit.code && open(`value/${indicator}/${unit.code}/${at}`));
    return true;
  };

  const take = (e, key, number) => {
    e.preventDefault(); e.stopPropagation();
    if (!dialog?.contains(e.target)) from = number;
    page.traceMode(false);
    open(key);
  };
  document.addEventListener('click', e => {
    const number = e.target.closest?.('[data-trace]');
    if (number) return take(e, number.dataset.trace, number);
    const key = isOn() && within(e);
    if (key) take(e, key, e.target.closest('button, .ag-row'));
  }, true);
  document.addEventListener('keydown', e => {
    const number = e.target.closest?.('[data-trace]');
    if (number && (e.key === 'Enter' || e.key === ' ')) take(e, number.dataset.trace, number);
  }, true);
  // a right click, and what a finger that rests on a number makes of it
  document.addEventListener('contextmenu', e => { const key = within(e); if (key) take(e, key, e.target.closest('button, .ag-row')); }, true);

  // a plotly graph tells of its clicks itself
  document.addEventListener('pointerover', e => {
    const graph = e.target.closest?.('.js-plotly-plot');
    if (!graph || graph.csTraced) return;
    graph.csTraced = true;
    graph.on('plotly_click', ({points}) => {
      const {data, pointIndex} = points[0], meta = data.meta;
      if (!meta?.trace) return;
      from = graph;
      open(`${meta.trace}/${meta.times ? meta.times[pointIndex] : meta.since + meta.step * pointIndex}`);
    });
  }, true);
  page.trace = open;
})();
