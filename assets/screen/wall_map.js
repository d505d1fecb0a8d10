/* The wall's map: one map for the life of the page, moved to where the scene wants it, flying from stop to stop.

   It is laid out smaller than it stands and scaled up, so that names and lines are as large as the wall's text, and drawn in
   the pixels that it really has. */
(() => {
  if (location.pathname !== '/screen') return;
  const chengshu = (window.chengshu = window.chengshu || {}), SMALLEST = 10, STOP_MS = 14_000, MOST_PX = 3840;
  let box, scaled, caption, root, captionRoot, facts, stops = [], current = -1, begun = 0, sharp = 0;

  const props = stop => ({
    id: 'wall-map', city: facts.city, mapStyle: facts.map_style, language: facts.language, theme: 'dark', mode3d: true, attribution: facts.licence,
    layers: [], className: 'wall-citymap', camera: {...stop.camera, maxDuration: 4000}, values: stop.values, colors: stop.colors, level: stop.level, selected: stop.selected
  });

  const measure = () => {
    if (!box || box.hidden) return;
    const scale = Math.max(1, Math.min(innerHeight / 45, Math.max(innerWidth / 80, 12)) / SMALLEST), {clientWidth: width, clientHeight: height} = box;
    Object.assign(scaled.style, {width: `${width / scale}px`, height: `${height / scale}px`, transform: `scale(${scale})`});
    const map = scaled.querySelector('.citymap')?.citymap?.host?.view?.map;
    const ratio = Math.min(devicePixelRatio * scale, MOST_PX / Math.max(1, width / scale));
    if (map && sharp !== ratio) { sharp = ratio; map.setPixelRatio(ratio); }
    map?.resize();
  };

  const go = k => {
    if (k === current || !stops.length) return;
    current = k;
    const h = window.React.createElement;
    root.render(h(window.chengshu_citymap.CityMap, props(stops[k])));
    captionRoot.render(h(window.chengshu_screen.Still, {tree: stops[k].caption}));
    box.dataset.stop = stops[k].key;
  };

  chengshu.wall.map = {
    begin(canvas, given) {
      facts = given;
      const el = (name, parent) => { const node = document.createElement('div'); node.className = name; parent.append(node); return node; };
      box = el('wall-map', canvas); scaled = el('wall-map-scaled', box); caption = el('wall-map-caption', box);
      box.hidden = true;
      root = window.ReactDOM.createRoot(scaled); captionRoot = window.ReactDOM.createRoot(caption);
      new ResizeObserver(measure).observe(box);
    },
    show(wanted) {
      box.hidden = !wanted;
      if (!wanted) return;
      box.style.gridArea = chengshu.wall.area(wanted.at);
      const here = stops[current]?.key;
      stops = wanted.stops;
      const same = stops.findIndex(stop => stop.key === here);
      current = -1;
      if (same < 0) begun = Date.now();
      go(Math.max(0, same));
      measure();
    },
    turn() {
      if (!box || box.hidden || !stops.length) return;
      measure();
      if (Date.now() - begun >= STOP_MS) { begun = Date.now(); go((current + 1) % stops.length); }
    },
    measure
  };
})();
