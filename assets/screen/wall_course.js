/* A course of values in the size of its place, with days, highest and lowest: for the wall and the tablet. */
(() => {
  const {createElement: h, useRef, useState, useLayoutEffect} = window.React;
  const screen = (window.chengshu_screen = window.chengshu_screen || {});

  const useBox = () => {
    const place = useRef(), [box, set] = useState([0, 0, 16]);
    useLayoutEffect(() => {
      const measure = () => { const el = place.current; if (el) set(old => { const now = [el.clientWidth, el.clientHeight, parseFloat(getComputedStyle(el).fontSize)]; return now.join() === old.join() ? old : now; }); };
      measure();
      const watch = new ResizeObserver(measure);
      watch.observe(place.current);
      return () => watch.disconnect();
    }, []);
    return [place, box];
  };

  /* local midnights between two times */
  const daysOf = (first, last, zone, language) => {
    const name = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {timeZone: zone, weekday: 'short'});
    const hour = new Intl.DateTimeFormat('en-GB', {timeZone: zone, hourCycle: 'h23', hour: '2-digit'});
    const found = [];
    for (let at = Math.ceil(first / 3600) * 3600; at <= last; at += 3600) if (hour.format(at * 1000) === '00') found.push([at, name.format(at * 1000)]);
    return found;
  };

  screen.WallCourse = ({times = [], values = [], ahead, limits = [], band, zone = 'Asia/Shanghai', language = 'zh', label, className}) => {
    const [place, [width, height, size]] = useBox();
    const known = values.filter(v => v !== null && Number.isFinite(v));
    let inner = null;
    if (known.length && width > 0 && height > 0) {
      const later = (ahead || []).map((v, k) => [times.length - ahead.length + k, v]);
      const all = [...known, ...later.map(([, v]) => v), ...(band || []).flatMap(b => b || [])];
      let low = Math.min(...all), high = Math.max(...all);
      if (low === high) { low -= Math.abs(low) * 0.1 || 1; high += Math.abs(high) * 0.1 || 1; }
      const foot = size * 1.3, top = size * 0.4, first = times[0], last = times.at(-1);
      const x = t => last === first ? width / 2 : (t - first) / (last - first) * (width - size * 0.6);
      const y = v => top + (height - foot - top) * (1 - (v - low) / (high - low));
      let line = '', open = false;
      values.forEach((v, i) => {
        if (v === null || !Number.isFinite(v)) { open = false; return; }
        line += `${open ? 'L' : 'M'}${x(times[i]).toFixed(1)} ${y(v).toFixed(1)}`; open = true;
      });
      const i = values.findLastIndex(v => v !== null && Number.isFinite(v));
      const strip = (band || []).map((b, k) => b && [x(times[k]), y(b[0]), y(b[1])]).filter(Boolean);
      const days = daysOf(first, last, zone, language), step = Math.max(1, Math.ceil(days.length * size * 2.6 / width));
      inner = h('svg', {width, height, 'aria-hidden': true},
        strip.length > 1 && h('path', {className: 'wall-course-band', d: `M${strip.map(([a, , c]) => `${a.toFixed(1)} ${c.toFixed(1)}`).join('L')}L${strip.slice().reverse().map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join('L')}Z`}),
        days.map(([t, name], k) => h('g', {key: t}, h('line', {className: 'wall-course-day', x1: x(t), x2: x(t), y1: top, y2: height - foot}),
          k % step === 0 && x(t) < width - size * 1.6 && h('text', {x: x(t) + size * 0.2, y: height - size * 0.25}, name))),
        limits.filter(l => l > low && l < high).map(l => h('line', {key: `l${l}`, className: 'wall-course-limit', x1: 0, x2: width, y1: y(l), y2: y(l)})),
        h('path', {className: 'wall-course-line', d: line}),
        later.length > 0 && i >= 0 && h('path', {className: 'wall-course-ahead', d: `M${[[i, values[i]], ...later].map(([k, v]) => `${x(times[k]).toFixed(1)} ${y(v).toFixed(1)}`).join('L')}`}),
        i >= 0 && h('circle', {className: 'wall-course-last', cx: x(times[i]), cy: y(values[i]), r: size * 0.28}));
    }
    return h('div', {ref: place, className: `wall-course-chart ${className || ''}`, role: 'img', 'aria-label': label}, inner);
  };
})();
