/* The map before its page: the map page's own layout says what the first picture shows, so the map begins while the
   scripts that build the page are still being read, in a place of the same shape (layouts/first.py), and moves into the
   page once the page has made its own. Read after the map's own files, before its engine. */
(() => {
  const chengshu = window.chengshu = window.chengshu || {}, page = chengshu.page = chengshu.page || {};
  const place = document.getElementById('first-map');
  let begun;

  // two maps have their widths before the first is drawn
  document.documentElement.dataset.compare = new URLSearchParams(location.search).get('compare') || 'off';

  const everyNode = function* (node) {
    if (Array.isArray(node)) for (const one of node) yield* everyNode(one);
    else if (node?.props) { yield node; yield* everyNode(node.props.children); }
  };

  const begin = (layout, painted) => {
    if (begun !== undefined) return painted();            // the page was quicker
    const said = {};
    for (const {props} of everyNode(layout)) if (typeof props.id === 'string') said[props.id] = props;
    const first = said.map && page.first(said.map, (id, name) => said[id]?.[name]);
    if (!first) return painted();
    const stage = chengshu.map.el('div', `citymap ${said.map.className || ''}`, place);
    stage.addEventListener('citymap:painted', painted);
    begun = new chengshu.map.Host(stage, {...said.map, ...first});
    if (!chengshu.map.hasWebGL()) painted();
  };

  /* the map that moves in, where it shows the same city; it is the page's from then on */
  page.begun = (root, props) => {
    if (props.id !== 'map') return null;
    const host = begun;
    begun = null;
    if (host?.props.city === props.city) return host.move(root, props);
    host?.close();
    return null;
  };

  if (!place || !chengshu.layout) return;
  const engine = new Promise(there => {
    const look = () => {
      if (typeof window.createDeck !== 'function') return;
      document.removeEventListener('load', look, true);
      chengshu.map.engine().catch(() => { /* said by the map itself */ });
      setTimeout(there);           // the worker that the engine asked for can start before the map is made
    };
    document.addEventListener('load', look, true);
  });
  chengshu.firstMap = new Promise(painted => Promise.all([chengshu.layout, engine]).then(([layout]) => begin(layout, painted))
    .catch(error => { painted(); console.warn('first map:', error?.message || error); }));
})();
