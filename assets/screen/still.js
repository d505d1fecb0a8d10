/* A tree of plain elements as one component (layouts/components/still.py). Text only ever goes in as text. */
(() => {
  const {createElement: h, Fragment, memo} = window.React;
  const screen = (window.chengshu_screen = window.chengshu_screen || {});
  const TAGS = new Set(('a abbr article aside b br button caption code dd details dialog div dl dt em figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr i img kbd ' +
    'label li main mark menu meter nav ol optgroup option p pre progress s section select small span strong sub summary sup table tbody td textarea tfoot th thead time tr u ul').split(' '));
  const DRAWN = new Set(['Icon', 'Spark', 'WallCourse', 'Picture']);
  const draw = node => {
    if (node === null || typeof node !== 'object') return typeof node === 'boolean' ? null : node;
    if (Array.isArray(node)) return h(Fragment, null, ...node.map(draw));
    if (DRAWN.has(node.t)) return h(screen[node.t], node.p);
    if (!TAGS.has(node.t)) throw new Error(`No such element: ${node.t}`);
    const children = node.c === undefined ? [] : Array.isArray(node.c) ? node.c.map(draw) : [draw(node.c)];
    return h(node.t, node.p, ...children);
  };
  screen.Still = memo(({tree}) => draw(tree), (a, b) => a.tree === b.tree);
})();
