/* The bar of time: the steps of an indicator to choose from, play and step through.
   While it plays, the next step waits until the map has drawn the last: no storm of requests. */
(() => {
  const {createElement: h, useEffect, useRef, useState} = window.React;
  const screen = (window.chengshu_screen = window.chengshu_screen || {});
  const SPEEDS = [1, 2, 4, 8], STEP_MS = 1000, MOVE_MS = 140, REST_MS = 350, WAIT_MS = 4000, FAR = 300 * 86400;

  /* a format is made once: making one costs more than a hundred uses */
  const formats = new Map();
  const clock = (at, zone, language, style) => {
    if (at === null || at === undefined) return '';
    const isFar = style !== 'day' && Math.abs(Date.now() / 1000 - at) > FAR, key = [zone, language, style, isFar].join();
    if (!formats.has(key)) formats.set(key, formatOf(zone, language, style, isFar));
    return formats.get(key).format(new Date(at * 1000));
  };
  const formatOf = (zone, language, style, isFar) => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone, hourCycle: 'h23', ...(isFar && {year: 'numeric'}),
    ...(style === 'P1M' || style === 'P3M' ? {year: 'numeric', month: language === 'en' ? 'short' : 'long'} : style === 'P1Y' ? {year: 'numeric'}
      : style === 'P1D' || style === 'P7D' ? {month: language === 'en' ? 'short' : 'long', day: 'numeric', weekday: 'short'} : style === 'day' || style === 'moment' ? {month: language === 'en' ? 'short' : 'numeric', day: 'numeric', ...(style === 'moment' && {hour: '2-digit', minute: '2-digit'})}
      : {month: language === 'en' ? 'short' : 'long', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit'})
  });
  screen.clock = clock;

  const indexOf = (times, value) => {
    if (value === null || value === undefined) return times.length - 1;
    let low = 0, high = times.length - 1;
    while (low < high) { const mid = (low + high + 1) >> 1; if (times[mid] <= value) low = mid; else high = mid - 1; }
    return low;
  };

  /* the map has drawn what it was given: its pending fetches are none */
  const mapRests = () => [...document.querySelectorAll('.citymap')].every(m => !m.citymap?.host?.view?.values?.wait || !Object.keys(m.citymap.host.view.values.wait).length);

  screen.TimeBar = props => {
    const {axis, value, zone, language, words = {}, setProps} = props;
    const times = axis?.times || [], newest = times.length - 1, i = times.length ? indexOf(times, value) : -1;
    const [playing, play] = useState(false), [speed, faster] = useState(1);
    const [box, width] = screen.useWidth(600);
    const now = useRef({}), rest = useRef(), queued = useRef(), last = useRef(0);
    now.current = {times, i, newest, speed};

    const settle = at => { clearTimeout(rest.current); rest.current = setTimeout(() => setProps({settled: at}), REST_MS); };
    const send = at => {
      clearTimeout(queued.current);
      const wait = Math.max(0, last.current + MOVE_MS - Date.now());
      queued.current = setTimeout(() => { last.current = Date.now(); setProps({value: at}); }, wait);
      settle(at);
    };
    const go = k => {
      const {times, newest} = now.current, to = Math.min(newest, Math.max(0, k));
      if (times.length) send(to === newest ? null : times[to]);
    };
    const toggle = () => {
      if (!playing && i >= newest) go(Math.max(0, newest - 72));
      play(!playing);
    };

    useEffect(() => {
      if (!playing) return;
      let timer, since = Date.now();
      const tick = () => {
        const {i, newest, speed} = now.current;
        if (Date.now() - since >= STEP_MS / speed && (mapRests() || Date.now() - since > WAIT_MS)) {
          if (i >= newest) return play(false);
          go(i + 1); since = Date.now();
        }
        timer = setTimeout(tick, 60);
      };
      tick();
      return () => clearTimeout(timer);
    }, [playing]);

    useEffect(() => {
      const act = e => ({back: () => go(now.current.i - 1), on: () => go(now.current.i + 1), play: toggle}[e.detail]?.());
      document.addEventListener('chengshu:time', act);
      return () => document.removeEventListener('chengshu:time', act);
    });

    const button = (name, d, press, more = {}) => h('button', {type: 'button', title: words[name], 'aria-label': words[name], onClick: press, ...more, className: `cs-icon-button ${more.className || ''}`},
      h(screen.Icon, {d, size: 18}));
    if (times.length < 2) return h('div', {className: 'cs-time is-empty', id: props.id, ref: box}, h('span', null, axis ? (times.length ? `${words.none} · ${clock(times[0], zone, language, axis.cadence)}` : words.none) : ''));
    const height = 30, course = screen.courseOf(axis.values, width, height, 2), x = times.length > 1 ? i / newest * width : 0;
    const days = [];
    let day = '';
    times.forEach((t, k) => { const d = clock(t, zone, language, 'day'); if (d !== day) { days.push([k, d]); day = d; } });
    const every = Math.max(1, Math.ceil(days.length / Math.max(1, Math.floor(width / 74))));
    return h('div', {className: 'cs-time', id: props.id, role: 'group', 'aria-label': words.time},
      h('div', {className: 'cs-time-buttons'},
        button('back', 'M17 5l-9 7 9 7zM6 5v14', () => go(i - 1)),
        button(playing ? 'pause' : 'play', playing ? 'M8 5v14M16 5v14' : 'M7 4.5l12 7.5-12 7.5z', toggle, {className: 'cs-play', 'aria-pressed': playing}),
        button('on', 'M7 5l9 7-9 7zM18 5v14', () => go(i + 1)),
        h('button', {type: 'button', className: 'cs-speed', title: words.speed, 'aria-label': `${words.speed} ${speed}×`, onClick: () => faster(SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length])}, `${speed}×`)),
      h('div', {className: 'cs-time-track', ref: box},
        h('svg', {width, height, 'aria-hidden': true}, course && h('path', {className: 'cs-spark-area', d: course.area}), course && h('path', {className: 'cs-spark-line', d: course.line}),
          h('line', {className: 'cs-time-cursor', x1: x, x2: x, y1: 0, y2: height})),
        h('input', {
          type: 'range', min: 0, max: newest, step: 1, value: i, 'aria-label': words.time, 'aria-valuetext': clock(times[i], zone, language, axis.cadence),
          onChange: e => go(+e.target.value), onPointerDown: () => play(false)
        }),
        h('div', {className: 'cs-time-days', 'aria-hidden': true}, days.filter(([at], k) => k % every === 0 && !(k === 0 && days[every] && (days[every][0] - at) / newest * width < 44)).map(([k, d]) => k / newest < 0.96 && h('span', {key: k, style: {left: `${100 * k / newest}%`}}, d)))),
      h('div', {className: 'cs-time-now'},
        h('b', null, clock(times[i], zone, language, axis.cadence)), h('small', null, axis.of || ''),
        i < newest ? h('button', {type: 'button', className: 'cs-link', onClick: () => { play(false); go(newest); }}, words.latest) : h('span', {className: 'cs-live'}, words.live)));
  };
})();
