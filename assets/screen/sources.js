/* The page of the sources: acts and forms go into one store; a file goes to its own address and is told about. */
(() => {
  const set = (id, data) => window.dash_clientside.set_props(id, {data: {...data, t: Date.now().toString()}});
  document.addEventListener('click', event => {
    const button = event.target.closest?.('[data-source-act]');
    if (!button || (button.dataset.question && !window.confirm(button.dataset.question))) return;
    const fields = {};
    for (const {name, value} of button.attributes) if (name.startsWith('data-field-')) fields[name.slice(11)] = value;
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 1500);
    set('sources-act', {act: button.dataset.sourceAct, ...fields});
  });
  const files = () => document.querySelectorAll('[data-file]:empty').forEach(place => {
    const input = document.createElement('input');
    input.type = 'file';
    input.name = place.dataset.file;
    input.required = true;
    place.append(input);
  });
  new MutationObserver(files).observe(document.documentElement, {childList: true, subtree: true});
  document.addEventListener('submit', async event => {
    const form = event.target.closest?.('[data-source-form]');
    if (form) {
      event.preventDefault();
      set('sources-act', {act: form.dataset.sourceForm, ...Object.fromEntries(new FormData(form))});
      return;
    }
    const place = event.target.closest?.('[data-hand-in]');
    if (!place) return;
    event.preventDefault();
    const sent = new FormData(event.target), file = sent.get('file'), told = place.querySelector('[data-hand-in-told]');
    if (!(file instanceof File) || !file.name) return;
    const button = event.target.querySelector('[type=submit]');
    const token = document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
    told.textContent = place.dataset.wordSending;
    button.disabled = true;
    try {
      const answer = await fetch(`/api/hand-in/${encodeURIComponent(sent.get('source'))}?name=${encodeURIComponent(file.name.slice(0, 150))}`, {
        method: 'POST', body: file, headers: {'X-CSRFToken': token, 'Content-Type': 'application/octet-stream'}});
      const body = await answer.json();
      const parts = {batch: body.batch, message: body.message, ...body.rows};
      told.textContent = answer.ok
        ? (place.dataset[body.outcome === 'held' ? 'wordHeld' : body.outcome === 'unchanged' ? 'wordUnchanged' : 'wordTaken']).replace(/{(\w+)}/g, (_, name) => parts[name] ?? '')
        : `${body.fact}. ${body.remedy}`;
      if (answer.ok) setTimeout(() => set('sources-look', {}), 2500);
    } catch (error) {
      told.textContent = String(error.message || error);
    } finally {
      button.disabled = false;
    }
  });
})();
