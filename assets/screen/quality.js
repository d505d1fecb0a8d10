/* Rows that came back, and conflicts: a button or a form says its act and its fields; one store a page carries it to the server. */
(() => {
  const send = (page, act, fields) => window.dash_clientside.set_props(`${page}-act`, {data: {act, ...fields, t: Date.now().toString()}});
  const fieldsOf = element => Object.fromEntries([...element.attributes].filter(({name}) => name.startsWith('data-field-'))
    .map(({name, value}) => [name.slice(11), value]));
  document.addEventListener('click', event => {
    const button = event.target.closest?.('[data-returned]');
    if (!button) return;
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 1500);
    send('returned', button.dataset.returned, fieldsOf(button));
  });
  // the field that takes a file is made by a component that cannot name it
  new MutationObserver(() => document.querySelectorAll('.cs-upload input[type=file]:not([aria-label])').forEach(field => {
    field.setAttribute('aria-label', field.closest('.cs-upload').textContent);
  })).observe(document.documentElement, {childList: true, subtree: true});
  document.addEventListener('submit', event => {
    const form = event.target.closest?.('[data-returned-form], [data-conflicts-form]');
    if (!form) return;
    event.preventDefault();
    const {returnedForm, conflictsForm} = form.dataset;
    send(returnedForm ? 'returned' : 'conflicts', returnedForm || conflictsForm, {...Object.fromEntries(new FormData(form)), ...fieldsOf(form)});
  });
})();
