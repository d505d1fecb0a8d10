/* Saved views: the dialog lists them, keeps the address at hand under a name, and changes what is one's own. */
(() => {
  const $ = id => document.getElementById(id);
  const token = () => document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
  const page = () => window.chengshu.page;
  let facts = null, busy = false;
  const known = () => facts ||= window.dash_component_api?.getLayout?.('views-facts')?.props?.data;
  const make = (tag, props = {}, ...children) => {
    const {data, label, ...rest} = props, node = Object.assign(document.createElement(tag), rest);
    Object.assign(node.dataset, data || {});
    if (label) node.setAttribute('aria-label', label);
    node.append(...children.filter(Boolean));
    return node;
  };

  const here = () => page().now && location.pathname === '/map' ? page().address() : location.search;
  const address = () => {
    const p = new URLSearchParams(here());
    if (!p.get('city')) p.set('city', known().city);
    return String(p);
  };
  const ask = async (path, form) => {
    if (busy) return null;
    busy = true;
    try {
      const answer = await fetch(path, form ? {method: 'POST', body: new URLSearchParams(form), headers: {'X-CSRFToken': token()}} : {cache: 'no-store'});
      if (answer.status === 401) { location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`); return null; }
      const found = await answer.json();
      if (answer.ok) return found;
      const its = text => known().words.facts[text] || text;
      say(`${its(found.fact)} – ${its(found.remedy)}`, true);
    } catch { say(known().words.cut, true); } finally { busy = false; }
    return null;
  };
  const say = (text, isWrong = false) => { const place = $('views-said'); if (place) { place.textContent = text; place.classList.toggle('is-wrong', isWrong); } };

  const row = (one, w, mine) => {
    const link = make('a', {href: one.address, className: 'views-link'}, make('strong', {textContent: one.name}),
      make('small', {textContent: [w.pages[one.page], mine ? '' : w.by.replace('{who}', one.owner === 'local' ? w.local : one.owner)].filter(Boolean).join(' · ')}));
    if (!mine) return make('li', {className: 'views-row'}, link);
    const button = (act, text, pressed) => {
      const b = make('button', {type: 'button', className: 'cs-button', textContent: text, data: {views: act, number: one.id}, label: `${text}: ${one.name}`});
      if (pressed !== undefined) b.setAttribute('aria-pressed', String(pressed));
      return b;
    };
    return make('li', {className: 'views-row', data: {number: one.id, name: one.name}}, link, make('span', {className: 'views-acts'},
      button(one.start ? 'no_start' : 'start', one.start ? w.started : w.start, one.start), button(one.shared ? 'withdraw' : 'share', one.shared ? w.unshare : w.share, one.shared),
      button('rename', w.rename), button('delete', w.delete)));
  };
  const show = found => {
    const w = known().words, place = $('views-place'), word = $('views-name')?.value || '';
    const name = make('input', {id: 'views-name', type: 'text', maxLength: 60, required: true, autocomplete: 'off', value: word});
    const offer = make('input', {id: 'views-offer', type: 'checkbox'});
    const form = make('form', {id: 'views-form', className: 'views-form'}, make('label', {className: 'views-label'}, w.name, name),
      make('button', {type: 'submit', className: 'cs-button cs-button-main', textContent: w.save}), make('label', {className: 'views-offer'}, offer, ` ${w.offer}`));
    const list = (title, rows, mine) => rows.length ? [make('h3', {textContent: title}), make('ul', {className: 'views-list'}, ...rows.map(one => row(one, w, mine)))] : [];
    place.replaceChildren(form, make('p', {id: 'views-said', className: 'views-said', role: 'status'}),
      ...(found.mine.length ? list(w.mine, found.mine, true) : [make('p', {className: 'cs-soft', textContent: w.none})]), ...list(w.shared, found.shared, false));
  };
  const open = async () => {
    if (!$('views') || !known() || $('views').open) return;
    show({mine: [], shared: []});
    $('views').showModal();
    $('views-name').focus();
    const found = await ask('/api/views');
    if (found) { const had = document.activeElement?.id === 'views-name'; show(found); if (had) $('views-name').focus(); }
  };
  const act = async (b, does) => {
    const w = known().words, number = b.dataset.number, line = b.closest('.views-row');
    if (does === 'delete' && !b.classList.contains('is-sure')) {
      b.classList.add('is-sure'); b.textContent = w.sure; b.setAttribute('aria-label', `${w.sure} ${line.dataset.name}`);
      return;
    }
    if (does === 'rename') {
      const field = make('input', {type: 'text', maxLength: 60, required: true, value: line.dataset.name, autocomplete: 'off', label: w.rename});
      line.replaceChildren(make('form', {className: 'views-form', data: {number}}, field, make('button', {type: 'submit', className: 'cs-button cs-button-main', textContent: w.ok})));
      field.select();
      return;
    }
    const found = await ask(`/api/view/${number}`, {do: does});
    if (found) { show(found); document.querySelector(`.views-row[data-number="${number}"] .views-link`)?.focus() ?? $('views-name').focus(); }
  };

  document.addEventListener('click', e => {
    const b = e.target.closest?.('[data-views]');
    if (b) { const does = b.dataset.views; return does === 'open' ? open() : does === 'close' ? $('views').close() : act(b, does); }
    if (e.target.id === 'views') e.target.close();      // beside the dialog
  });
  document.addEventListener('submit', async e => {
    const form = e.target.closest?.('.views-form');
    if (!form) return;
    e.preventDefault();
    const number = form.dataset.number, name = form.querySelector('input[type=text]').value;
    const found = number ? await ask(`/api/view/${number}`, {do: 'rename', name})
      : await ask('/api/views', {page: known().page, words: address(), name, shared: String($('views-offer').checked)});
    if (!found) return;
    if (!number) $('views-name').value = '';
    show(found);
    if (!number) say(known().words.done);
    $('views-name').focus();
  });
  document.addEventListener('keydown', e => {
    if (e.key.toLowerCase() !== 'v' || e.ctrlKey || e.metaKey || e.altKey || !$('views-button')) return;
    if (e.target.closest?.('input, textarea, select, [contenteditable]')) return;
    e.preventDefault();
    open();
  });
})();
