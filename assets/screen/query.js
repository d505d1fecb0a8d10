/* The query builder: a form made of what may be asked; the question is the address, so a link or a saved view asks it again. */
(() => {
  const $ = id => document.getElementById(id), set = (id, props) => window.dash_clientside.set_props(id, props);
  const token = () => document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
  let facts = null, q = null;
  const subject = () => facts.subjects.find(one => one.id === q.subject) || facts.subjects[0];
  const column = id => subject().columns.find(one => one.id === id);
  const usual = id => ({subject: id, show: [], where: [], group: [], measures: [], sort: [], limit: facts.limit.usual});

  const make = (tag, props = {}, ...children) => {
    const {label, on, ...rest} = props, node = Object.assign(document.createElement(tag), rest);
    if (label) node.setAttribute('aria-label', label);
    for (const [name, act] of Object.entries(on || {})) node.addEventListener(name, act);
    node.append(...children.flat().filter(one => one !== null && one !== undefined && one !== false));
    return node;
  };
  const select = (label, options, value, change, empty) => {
    const node = make('select', {label, className: 'query-select', on: {change: () => change(node.value)}},
      empty ? make('option', {value: '', textContent: empty}) : null, options.map(one => make('option', {value: one.value, textContent: one.label})));
    node.value = value ?? '';
    return node;
  };
  const drop = (label, act) => make('button', {type: 'button', className: 'query-drop', textContent: '×', label: `${facts.words.remove}: ${label}`, on: {click: () => { act(); draw(); }}});
  const names = list => list.map(one => ({value: one.id, label: one.name}));
  const words = map => Object.entries(map).map(([value, label]) => ({value, label}));

  const chips = (values, label, options, change) => {
    const said = value => options.find(one => one.value === value)?.label || value;
    const add = value => { if (value && !values.includes(value)) change([...values, value]); draw(); };
    return make('span', {className: 'query-values'}, values.map((value, i) => make('span', {className: 'query-chip'}, said(value), drop(said(value), () => change(values.filter((_, k) => k !== i))))),
      options.length ? select(label, options.filter(one => !values.includes(one.value)), '', add, facts.words.choose)
        : make('input', {type: 'text', label, maxLength: 120, className: 'query-input', placeholder: facts.words.value, on: {change: e => add(e.target.value.trim())}}));
  };
  const field = (kind, label, value, change) => make('input', {
    type: kind === 'number' ? 'number' : kind === 'time' ? 'datetime-local' : 'text', step: 'any', label, maxLength: 120, className: 'query-input',
    value: value ?? '', placeholder: kind === 'unit' ? facts.words.unit : '', on: {change: e => change(kind === 'number' ? (e.target.value === '' ? null : +e.target.value) : e.target.value)}});

  const condition = (one, i) => {
    const w = facts.words, its = column(one.column), most = facts.ops.kinds[its.kind], much = most[one.op], change = values => { one.values = values; };
    const kind = one.op === 'last_days' ? 'number' : its.kind;
    const put = k => value => { one.values[k] = value; };
    const values = much === 0 ? [] : much > 2 ? [chips(one.values, `${its.name} ${facts.ops.words[one.op]}`, facts.choices[its.choices] || [], change)]
      : [field(kind, `${its.name} ${facts.ops.words[one.op]}`, one.values[0], put(0)), one.op === 'last_days' ? w.days : null,
        ...(much === 2 ? [w.and, field(kind, `${its.name} ${w.and}`, one.values[1], put(1))] : [])];
    return make('li', {className: 'query-line'},
      select(w.where, names(subject().columns), one.column, id => { const next = column(id); Object.assign(one, {column: id, op: Object.keys(facts.ops.kinds[next.kind])[0], values: []}); draw(); }),
      select(`${its.name}: =`, Object.keys(most).map(op => ({value: op, label: facts.ops.words[op]})), one.op, op => { one.op = op; one.values = []; draw(); }),
      ...values, drop(its.name, () => q.where.splice(i, 1)));
  };
  const grouped = (one, i) => {
    const its = column(one.column), w = facts.words;
    const put = id => { one.column = id; if (column(id).kind === 'time') one.step = 'day'; else delete one.step; draw(); };
    return make('li', {className: 'query-line'}, select(w.group, names(subject().columns), one.column, put),
      its.kind === 'time' ? select(its.name, words(facts.steps), one.step, step => { one.step = step; draw(); }) : null, drop(its.name, () => q.group.splice(i, 1)));
  };
  const measured = (one, i) => {
    const w = facts.words, kinds = facts.hows.kinds[one.how], fitting = subject().columns.filter(its => kinds.includes(its.kind));
    const put = how => { one.how = how; const first = subject().columns.find(its => facts.hows.kinds[how].includes(its.kind)); if (first) one.column = (fits(how, one.column) && one.column) || first.id; else delete one.column; draw(); };
    return make('li', {className: 'query-line'}, select(w.measures, words(facts.hows.words).filter(({value}) => value === 'count' || subject().columns.some(its => facts.hows.kinds[value].includes(its.kind))), one.how, put),
      kinds.length ? [w.of, select(w.of, names(fitting), one.column, id => { one.column = id; draw(); })] : null, drop(facts.hows.words[one.how], () => q.measures.splice(i, 1)));
  };
  const fits = (how, id) => id && facts.hows.kinds[how].includes(column(id)?.kind);
  const answered = () => {
    const w = facts.words, name = id => column(id).name;
    if (!q.group.length && !q.measures.length) return (q.show.length ? q.show : subject().first).map(id => ({value: id, label: name(id)}));
    const measures = q.measures.length ? q.measures : [{how: 'count'}];
    return [...q.group.map(one => ({value: one.step ? `${one.column}.${one.step}` : one.column, label: `${name(one.column)} ${one.step ? facts.steps[one.step] : ''}`})),
      ...measures.map(one => ({value: one.column ? `${one.how}.${one.column}` : one.how, label: one.column ? `${name(one.column)} · ${facts.hows.words[one.how]}` : w.rows}))];
  };
  const part = (title, list, rows, add) => make('fieldset', {className: 'query-part'}, make('legend', {textContent: title}), make('ul', {}, ...rows),
    add ? make('button', {type: 'button', className: 'cs-link query-add', textContent: `+ ${facts.words.add}`, label: `${facts.words.add}: ${title}`, on: {click: () => { add(); draw(); }}}) : null);

  const draw = () => {
    const w = facts.words, its = subject(), place = $('query-form');
    if (!place) return;
    const counted = q.group.length || q.measures.length, sorted = answered();
    q.sort = q.sort.filter(one => sorted.some(({value}) => value === one.by));
    const by = q.sort[0]?.by || '', spot = [...place.querySelectorAll('select, input, button')].indexOf(document.activeElement);
    const first = its.columns[0], free = its.columns.filter(one => !q.show.includes(one.id));
    place.replaceChildren(
      make('label', {className: 'query-label'}, w.subject, select(w.subject, names(facts.subjects), q.subject, id => { q = usual(id); draw(); })),
      counted ? '' : part(w.columns, null, [make('li', {className: 'query-line'}, make('span', {className: 'query-values'},
        q.show.length ? q.show.map((id, i) => make('span', {className: 'query-chip'}, column(id).name, drop(column(id).name, () => q.show.splice(i, 1)))) : make('span', {className: 'cs-soft', textContent: w.allColumns}),
        select(`${w.columns}: ${w.add}`, names(free), '', id => { q.show.push(id); draw(); }, w.choose)))]),
      part(w.where, null, q.where.map(condition), () => q.where.push({column: first.id, op: Object.keys(facts.ops.kinds[first.kind])[0], values: []})),
      part(w.group, null, q.group.map(grouped), () => { const next = its.columns.find(one => one.choices && !q.group.some(g => g.column === one.id)) || first; q.group.push({column: next.id, ...(next.kind === 'time' ? {step: 'day'} : {})}); }),
      counted ? part(w.measures, null, q.measures.map(measured), () => { const next = its.columns.find(one => one.kind === 'number' && !['lon', 'lat'].includes(one.id)); q.measures.push(next && q.measures.length === 0 ? {how: 'avg', column: next.id} : {how: 'count'}); }) : '',
      make('div', {className: 'query-line query-foot'}, make('label', {className: 'query-label'}, w.sort, select(w.sort, sorted, by, value => { q.sort = value ? [{by: value, down: q.sort[0]?.down ?? true}] : []; draw(); }, w.sortNone)),
        by ? select(w.down, [{value: '1', label: w.down}, {value: '', label: w.up}], q.sort[0].down ? '1' : '', value => { q.sort[0].down = !!value; }) : null,
        make('label', {className: 'query-label'}, w.limit, make('input', {type: 'number', min: 1, max: facts.limit.most, value: q.limit, className: 'query-input query-limit', on: {change: e => { q.limit = Math.min(facts.limit.most, Math.max(1, Math.round(+e.target.value) || facts.limit.usual)); e.target.value = q.limit; }}}))));
    [...place.querySelectorAll('select, input, button')][spot]?.focus();
    linked();
  };
  const said = () => {
    const clean = {...q, where: q.where.map(one => ({...one, values: one.values.filter(value => value !== null && value !== '')}))};
    for (const name of ['show', 'where', 'group', 'measures', 'sort']) if (!clean[name].length) delete clean[name];
    return JSON.stringify(clean);
  };
  const address = text => { const p = new URLSearchParams(location.search); p.set('city', facts.city); p.set('q', text); return p; };
  const linked = () => { const link = $('query-sql'); if (link) link.href = `/workspace?${new URLSearchParams({city: facts.city, q: said()})}`; };

  const ask = () => {
    const text = said();
    if (new URLSearchParams(location.search).get('q') !== text) history.pushState(null, '', `/query?${address(text)}`);
    linked();
    $('query-result')?.setAttribute('aria-busy', 'true');
    set('query-asked', {data: ''}); set('query-asked', {data: text});
  };
  const file = async (kind, button) => {
    button.disabled = true;
    try {
      const answer = await fetch(`/query/${encodeURIComponent(facts.city)}.${kind}`, {method: 'POST', headers: {'X-CSRFToken': token()}, body: new URLSearchParams({q: said()})});
      if (!answer.ok) { const problem = await answer.json(); return window.chengshu.page.notice(problem.fact, problem.remedy, 'red'); }
      const link = make('a', {href: URL.createObjectURL(await answer.blob()), download: answer.headers.get('Content-Disposition')?.match(/filename="([^"]+)"/)?.[1] || `query.${kind}`});
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    } catch { window.chengshu.page.notice(facts.words.failed, '', 'red'); } finally { button.disabled = false; }
  };
  const restore = () => {
    let given = null;
    try { given = JSON.parse(new URLSearchParams(location.search).get('q') || facts.asked || 'null'); } catch { /* the answer says what is wrong */ }
    const known = facts.subjects.some(one => one.id === given?.subject);
    q = {...usual(known ? given.subject : facts.usual.subject), ...(known ? given : structuredClone(facts.usual))};
    const its = id => column(id), list = name => Array.isArray(q[name]) ? q[name] : [];
    q.show = list('show').filter(its); q.group = list('group').filter(one => its(one?.column)); q.sort = list('sort').filter(one => one?.by);
    q.where = list('where').filter(one => its(one?.column) && facts.ops.kinds[its(one.column).kind][one.op] !== undefined).map(one => ({...one, values: Array.isArray(one.values) ? one.values : []}));
    q.measures = list('measures').filter(one => facts.hows.kinds[one?.how] && (one.how === 'count' || fits(one.how, one.column)));
    draw();
  };

  document.addEventListener('click', e => {
    const b = e.target.closest?.('[data-query]');
    if (!b || !facts) return;
    b.dataset.query === 'ask' ? ask() : file(b.dataset.query, b);
  });
  document.addEventListener('keydown', e => {
    if (e.key === 'Enter' && facts && $('query-form') && (e.ctrlKey || e.metaKey || e.target.closest?.('#query-form input'))) { e.preventDefault(); e.target.blur?.(); ask(); }
  });
  addEventListener('popstate', () => { if (facts && $('query-form')) { facts.asked = ''; restore(); set('query-asked', {data: new URLSearchParams(location.search).get('q') || ''}); } });
  const begin = () => {
    if (location.pathname !== '/query') return;
    facts = $('query-form') && window.dash_component_api?.getLayout?.('query-facts')?.props?.data;
    if (!facts) return setTimeout(begin, 80);
    restore();
    new MutationObserver(() => $('query-result')?.removeAttribute('aria-busy')).observe($('query-result'), {childList: true});
    window.chengshu.page.needGrid?.();
  };
  addEventListener('DOMContentLoaded', begin);
})();
