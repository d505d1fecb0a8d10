/* The tablet that steers the wall: taps become acts, and what the wall does stands at the top. */
(() => {
  if (location.pathname !== '/steer') return;
  const $ = id => document.getElementById(id);
  let facts, state = null, busy = false;
  const token = () => document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
  const page = () => window.chengshu.page;

  const show = found => {
    if (found) state = found;
    const scene = state?.scenes.find(one => one.name === state.turn), {words, language} = facts, more = $('steer-more');
    if (!scene || !more) return;
    $('steer-scene').textContent = language === 'en' ? scene.en : scene.zh;
    more.textContent = !found ? words.cut : state.takeover ? words.takeover : state.flight ? words.flying.replace('{who}', state.by) : state.held ? words.held.replace('{who}', state.by)
      : words.next.replace('{n}', Math.max(0, Math.round(state.next_at - state.now)));
    document.querySelectorAll('[data-scene]').forEach(b => b.setAttribute('aria-pressed', String(b.dataset.scene === state.turn)));
    document.querySelector('[data-steer="hold"]').hidden = state.held;
    document.querySelector('[data-steer="release"]').hidden = !state.held;
  };
  const poll = async () => {
    try {
      const answer = await fetch(`/api/wall/${facts.city}/now.json`, {cache: 'no-store'});
      if (answer.status === 401) return location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
      show(answer.ok ? await answer.json() : null);
      if (answer.ok) await alarms();
    } catch { show(null); }
    setTimeout(poll, 2000);
  };
  /* what waits to be acknowledged: asked again when the alerts' version moves */
  let known = -1;
  const alarms = async () => {
    if (!$('steer-alarm') || !state || state.alerts === known) return;
    const version = state.alerts, answer = await fetch(`/api/alerts/${facts.city}.json?state=raised&most=12`, {cache: 'no-store'});
    if (!answer.ok) return;
    const {alerts} = await answer.json(), en = facts.language === 'en';
    known = version;
    $('steer-alarm').hidden = !alerts.length;
    $('steer-alerts').replaceChildren(...alerts.map(row => {
      const b = document.createElement('button'), what = document.createElement('strong'), where = document.createElement('span'), does = document.createElement('b');
      Object.assign(b, {type: 'button', className: `steer-unit is-${row.severity}`});
      Object.assign(b.dataset, {steer: 'acknowledge', number: row.number});
      what.textContent = en ? row.name_en : row.name_zh; where.textContent = en ? row.unit_name_en : row.unit_name_zh; does.textContent = facts.words.acknowledge;
      b.append(what, where, does);
      return b;
    }));
  };
  const act = async data => {
    if (busy) return;
    busy = true;
    try {
      if (data.steer === 'acknowledge') {
        const answer = await fetch(`/api/alert/${facts.city}/${data.number}/act`, {method: 'POST', body: new URLSearchParams({act: 'acknowledge'}), headers: {'X-CSRFToken': token()}});
        if (!answer.ok) page().notice(facts.words.failed, (await answer.json()).fact, 'red'); else { page().notice(facts.words.done); known = -1; await alarms(); }
        return;
      }
      const form = new URLSearchParams({do: data.steer});
      for (const name of ['scene', 'unit', 'indicator']) if (data[name]) form.set(name, data[name]);
      const answer = await fetch(`/api/wall/${facts.city}/steer`, {method: 'POST', body: form, headers: {'X-CSRFToken': token()}});
      const found = await answer.json();
      answer.ok ? show(found) : page().notice(facts.words.failed, found.fact, 'red');
    } catch { page().notice(facts.words.failed, facts.words.cut, 'red'); } finally { busy = false; }
  };
  document.addEventListener('click', e => {
    const button = e.target.closest?.('[data-steer]');
    if (button) act(button.dataset);
  });

  const search = () => {
    const field = document.createElement('input');
    Object.assign(field, {id: 'steer-word', type: 'search', className: 'steer-word', autocomplete: 'off'});
    field.setAttribute('aria-labelledby', 'steer-label');
    $('steer-search').append(field);
    let later, asked = 0;
    field.addEventListener('input', () => {
      clearTimeout(later);
      later = setTimeout(async () => {
        const mine = ++asked, word = field.value.trim();
        let rows = [];
        try { if (word) rows = await (await fetch(`/api/wall/${facts.city}/units.json?lang=${facts.language}&word=${encodeURIComponent(word)}`)).json(); } catch { /* the next letter asks again */ }
        if (mine !== asked) return;
        $('steer-found').replaceChildren(...(rows.length || !word ? rows.map(row => {
          const b = document.createElement('button'), name = document.createElement('strong'), level = document.createElement('span');
          Object.assign(b, {type: 'button', className: 'steer-unit'});
          Object.assign(b.dataset, {steer: 'fly', unit: row.code});
          name.textContent = row.name; level.textContent = row.level;
          b.append(name, level);
          return b;
        }) : [Object.assign(document.createElement('p'), {textContent: facts.words.none})]));
      }, 200);
    });
  };
  const begin = () => {
    facts = $('steer-search') && window.dash_component_api?.getLayout?.('steer-facts')?.props?.data;
    if (!facts) return setTimeout(begin, 80);
    search();
    poll();
  };
  addEventListener('DOMContentLoaded', begin);
})();
