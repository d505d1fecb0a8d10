/* Accounts and rights: a button or a form says its act and its fields; one store carries it to the server. */
(() => {
  const send = (act, fields) => window.dash_clientside.set_props('access-act', {data: {act, ...fields, t: Date.now().toString()}});
  document.addEventListener('click', event => {
    const button = event.target.closest?.('[data-access]');
    if (!button || (button.dataset.question && !window.confirm(button.dataset.question))) return;
    const fields = {};
    for (const {name, value} of button.attributes) if (name.startsWith('data-field-')) fields[name.slice(11)] = value;
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 1500);
    send(button.dataset.access, fields);
  });
  document.addEventListener('submit', event => {
    const form = event.target.closest?.('[data-access-form]');
    if (!form) return;
    event.preventDefault();
    send(form.dataset.accessForm, Object.fromEntries(new FormData(form)));
  });
})();
