/* Vital signs and alerts: what is clicked becomes the page's place, the place becomes the address; the bell counts on every page. */
(() => {
  const page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  const $ = id => document.getElementById(id), set = (id, data) => window.dash_clientside.set_props(id, {data});
  const onSigns = () => $('vital-body'), onAlerts = () => $('alerts-body');
  const words = () => Object.fromEntries(new URLSearchParams(location.search));
  const first = () => ($('alert-bell')?.getAttribute('href') || '').match(/city=([^&]*)/)?.[1] || '';
  const cityOf = () => words().city || first();

  const signsPlace = () => ({city: cityOf(), indicator: words().indicator || '', since: words().since === 'week' ? 'week' : 'day'});
  const alertsPlace = () => {
    const w = words();
    return {city: cityOf(), alert: /^\d{1,9}$/.test(w.alert || '') ? +w.alert : 0, severity: w.severity || '', owner: w.owner || ''};
  };
  const show = (place, isBack) => {
    const p = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(place)) value ? p.set(name, value) : p.delete(name);
    if (!isBack) history.pushState(history.state, '', `?${p}`);
    look();
  };
  const look = () => {
    if (onSigns()) set('vital-look', {...signsPlace(), n: Date.now()});
    if (onAlerts()) set('alerts-look', {...alertsPlace(), n: Date.now()});
  };
  addEventListener('popstate', () => { if (onSigns() || onAlerts()) look(); });

  const fieldsOf = element => Object.fromEntries([...element.attributes].filter(({name}) => name.startsWith('data-field-'))
    .map(({name, value}) => [name.slice(11), value]));
  let known = null, timer;
  const act = (what, fields) => {
    known = null;           // our own step is answered by its callback: no need to look again for it
    set('alerts-act', {act: what, group: $('alerts-group')?.value === 'true' ? 'true' : 'false', ...fields, t: String(Date.now())});
  };

  document.addEventListener('click', event => {
    const on = name => event.target.closest?.(`[data-${name}]`);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    let found;
    if ((found = on('vital')) && onSigns()) return show({indicator: found.dataset.vitalIndicator || '', since: found.dataset.vitalSince || 'day'});
    if ((found = on('alert-open')) && onAlerts()) { event.preventDefault(); return show({alert: +found.dataset.alertOpen}); }
    if ((found = on('alert-act'))) {
      found.disabled = true;
      setTimeout(() => { found.disabled = false; }, 1500);
      act(found.dataset.alertAct, fieldsOf(found));
    }
  });
  document.addEventListener('submit', event => {
    const form = event.target.closest?.('[data-alert-form]');
    if (!form) return;
    event.preventDefault();
    act(form.dataset.alertForm, {...Object.fromEntries(new FormData(form)), ...fieldsOf(form)});
  });

  /* ---- versions: the bell, and what stands on the two pages ---- */
  const isTyping = () => ['INPUT', 'TEXTAREA', 'SELECT'].includes(document.activeElement?.tagName);
  const count = async () => {
    const bell = $('alert-bell');
    if (!bell) return;
    const answer = await fetch(`/api/alerts/${encodeURIComponent(cityOf())}.json?most=1`, {cache: 'no-store'});
    if (!answer.ok) return;
    const {counts} = await answer.json();
    $('alert-count').textContent = counts.open || '';
    bell.hidden = false;
    bell.dataset.grave = counts.severities.red ? 'red' : counts.severities.orange ? 'orange' : '';
    bell.classList.toggle('is-late', counts.overdue > 0);
  };
  const poll = async () => {
    clearTimeout(timer);
    if (!document.hidden && $('alert-bell') && cityOf()) {
      try {
        const answer = await fetch('/version', {cache: 'no-store'});
        const mine = answer.ok && (await answer.json())[cityOf()];
        if (mine) {
          const now = `${mine.alerts} ${mine.values} ${mine.newest}`;
          if (known === null || mine.alerts !== known.alerts) await count();
          if (known !== null && known.text !== now && !isTyping()) look();
          if (known === null || known.text === now || !isTyping()) known = {text: now, alerts: mine.alerts};
        }
      } catch { /* the server is away: the next poll asks again */ }
    }
    timer = setTimeout(poll, 5000);
  };
  timer = setTimeout(poll, 800);
  page.lookAgain = look;
})();
