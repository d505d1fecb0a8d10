/* Documents with a table of rows: its script comes first, then the page asks for the rows. */
(() => {
  const client = (window.dash_clientside = window.dash_clientside || {});
  client.rows = {async ready() { await window.chengshu.page.needGrid(); return Date.now(); }};
})();
