/* Small components drawn as SVG: an icon, a spark line. Text only ever goes in as text. */
(() => {
  const {createElement: h, useCallback, useRef, useState} = window.React;
  const screen = (window.chengshu_screen = window.chengshu_screen || {});

  screen.Icon = ({d, size = 18, className}) => h('svg', {
    viewBox: '0 0 24 24', width: size, height: size, className: `cs-icon ${className || ''}`, 'aria-hidden': true, fill: 'none',
    stroke: 'currentColor', strokeWidth: 1.8, strokeLinecap: 'round', strokeLinejoin: 'round'
  }, h('path', {d}));

  /* values → {line, area, last, x, y}: gaps stay gaps; `later` steps more have room after them, and `beside` are values that must fit too */
  screen.courseOf = (values, width, height, pad = 3, later = 0, beside = []) => {
    const known = values.filter(v => v !== null && Number.isFinite(v)), all = [...known, ...beside], steps = values.length + later;
    if (!known.length) return null;
    let low = Math.min(...all), high = Math.max(...all);
    if (low === high) { low -= Math.abs(low) * 0.1 || 1; high += Math.abs(high) * 0.1 || 1; }
    const x = i => steps < 2 ? width / 2 : i * width / (steps - 1);
    const y = v => pad + (height - 2 * pad) * (1 - (v - low) / (high - low));
    let line = '', area = '', open = false, first = 0, last = null;
    values.forEach((v, i) => {
      if (v === null || !Number.isFinite(v)) {
        if (open) area += `L${x(i - 1).toFixed(1)} ${height}L${x(first).toFixed(1)} ${height}Z`;
        open = false; return;
      }
      const at = `${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
      line += `${open ? 'L' : 'M'}${at}`; area += `${open ? 'L' : 'M'}${at}`;
      if (!open) first = i;
      open = true; last = {i, x: x(i), y: y(v)};
    });
    if (open) area += `L${x(values.length - 1).toFixed(1)} ${height}L${x(first).toFixed(1)} ${height}Z`;
    return {line, area, last, x, y, low, high};
  };

  /* a ref and the width of whatever element carries it now */
  screen.useWidth = (fallback = 280) => {
    const [width, set] = useState(fallback), watch = useRef();
    const box = useCallback(node => {
      watch.current?.disconnect();
      if (!node) return;
      const measure = () => set(Math.max(40, node.clientWidth));
      measure();
      watch.current = new ResizeObserver(measure);
      watch.current.observe(node);
    }, []);
    return [box, width];
  };

  screen.Spark = ({values = [], ahead, band, limits = [], label, height = 44, className}) => {
    const [box, width] = screen.useWidth(), later = ahead || [];
    const course = screen.courseOf(values, width, height, 3, later.length, [...later, ...(band || []).flat()]);
    const to = (k, v) => `${course.x(values.length + k).toFixed(1)} ${course.y(v).toFixed(1)}`;
    return h('div', {ref: box, className: `cs-spark ${className || ''}`, role: 'img', 'aria-label': label, style: {height}},
      course && h('svg', {width, height, 'aria-hidden': true},
        limits.filter(l => l > course.low && l < course.high).map(l => h('line', {key: l, className: 'cs-spark-limit', x1: 0, x2: width, y1: course.y(l), y2: course.y(l)})),
        h('path', {className: 'cs-spark-area', d: course.area}),
        later.length > 1 && band && h('path', {className: 'cs-spark-band', d: `M${band.map(([, b], k) => to(k, b)).join('L')}L${band.map(([a], k) => to(k, a)).reverse().join('L')}Z`}),
        later.length > 0 && course.last && h('path', {className: 'cs-spark-ahead', d: `M${course.last.x.toFixed(1)} ${course.last.y.toFixed(1)}L${later.map((v, k) => to(k, v)).join('L')}`}),
        h('path', {className: 'cs-spark-line', d: course.line}),
        course.last && h('circle', {className: 'cs-spark-last', cx: Math.min(course.last.x, width - 3), cy: course.last.y, r: 3})));
  };
})();
