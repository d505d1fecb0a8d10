/* A small vector drawing as SVG (layouts/drawing.py): shapes of named roles, coloured by the style sheet. */
(() => {
  const {createElement: h} = window.React;
  const screen = (window.chengshu_screen = window.chengshu_screen || {});
  const draw = ({kind, role, points, size, text, anchor}, key) => {
    const name = `picture-${kind} picture-is-${role}`, path = points.map(p => p.join(' ')).join('L');
    if (kind === 'area') return h('path', {key, className: name, d: `M${path}Z`, strokeWidth: size});
    if (kind === 'line') return h('path', {key, className: name, d: `M${path}`, strokeWidth: size});
    if (kind === 'dot') return h('circle', {key, className: name, cx: points[0][0], cy: points[0][1], r: size});
    return h('text', {key, className: name, x: points[0][0], y: points[0][1], fontSize: size, textAnchor: anchor}, text);
  };
  screen.Picture = ({width, height, shapes = [], label, className}) => h('svg', {
    viewBox: `0 0 ${width} ${height}`, className: `picture ${className || ''}`, role: 'img', 'aria-label': label, style: {aspectRatio: `${width} / ${height}`}
  }, shapes.map(draw));
})();
