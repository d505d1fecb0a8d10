/* The same map where WebGL is missing: units as SVG shapes with the same colours, hover, click, selection and keys. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const NS = 'http://www.w3.org/2000/svg', UNIT = 2 ** 20;        // path units across the world, from the first centre
  const MOST = 60;        // parents whose children are drawn at once
  const boxOf = f => f.box ??= f.geometry.coordinates.flat(f.geometry.type === 'Polygon' ? 1 : 2)
    .reduce(([w, s, e, n], [x, y]) => [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)], [180, 90, -180, -90]);
  const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);
  const node = (tag, parent, attributes) => {
    const n = document.createElementNS(NS, tag);
    for (const [k, v] of Object.entries(attributes || {})) n.setAttribute(k, v);
    parent?.append(n);
    return n;
  };
  map.svgNode = node;

  map.SVGMap = class {
    constructor(el, frame, props, send) {
      Object.assign(this, {el, frame, props, send, closed: false, classes: {}, paths: new Map()});
      this.svg = node('svg', frame.canvas, {class: 'citymap-svg', tabindex: 0, role: 'application', width: '100%', height: '100%'});
      this.svg.setAttribute('aria-label', map.word(props, 'region'));
      this.svg.setAttribute('aria-describedby', frame.help.id);
      this.ground = node('rect', this.svg, {width: '100%', height: '100%'});
      for (const part of ['land', 'layers', 'names', 'sketch', 'stack']) this[part] = node('g', this.svg);
      this.map = new map.SVGCamera(this.svg, props.camera || {});
      this.origin = [this.map.x, this.map.y];
      this.load = map.memory(400, map.askJSON);
      this.loadValues = map.memory(64, map.askClasses);
      this.map.on('move', () => { this.place(); frame.moved(this.map); });
      this.map.on('moveend', () => { this.refresh(); this.overlay.moved(); this.sendView(); });
      this.hand = new map.SVGHand(this);
      this.drawing = new map.Drawing(this);
      this.floors = new map.SVGFloors(this, this.stack);
      this.overlay = new map.SVGOverlay(this, this.layers);
      this.leaveGroup = map.joinGroup(props.sync, this.map);
      this.resized = new ResizeObserver(() => { this.place(); this.floors.draw(); this.label(); });
      this.resized.observe(this.svg);
      frame.isFlat = frame.north.hidden = true;
      el.dataset.flat = '';
      frame.update(props);
      this.note();
      this.offerFloors();
      frame.moved(this.map);
      this.drawing.use(props.tool, props.toolOptions);
      this.floors.show(props.building);
      this.overlay.show(props.layers);
      this.refresh().then(() => {
        el.dataset.painted = Math.round(performance.now());
        performance.mark('citymap:painted');
        el.classList.add('is-painted');
      });
      send({ready: true, webgl: false});
      this.sendView();
    }

    update(props) {
      const old = this.props;
      this.props = props;
      if (!same(old.camera, props.camera)) this.fly(props.camera);
      if (!same([old.values, old.level], [props.values, props.level])) this.refresh();
      else if (!same([old.colors, old.theme, old.selected, old.layers], [props.colors, props.theme, props.selected, props.layers])) this.paint();
      if (!same([old.building, old.colors, old.theme, old.language], [props.building, props.colors, props.theme, props.language]))
        this.floors.show(props.building).then(() => { this.paint(); this.label(); });
      if (!same([old.layers, old.theme], [props.layers, props.theme])) this.overlay.show(props.layers);
      if (old.language !== props.language) this.label();
      this.offerFloors();
      if (!same([old.tool, old.toolOptions], [props.tool, props.toolOptions])) this.drawing.use(props.tool, props.toolOptions);
      if (old.sync !== props.sync) { this.leaveGroup?.(); this.leaveGroup = map.joinGroup(props.sync, this.map); }
    }

    note() { this.frame.note('noWebGL', this.overlay?.isSoft && 'softHeat', this.overlay?.isWhole === false && 'partDrawn'); }
    /* what tilts the other map opens a chosen building here */
    offerFloors() { this.frame.tilt.hidden = !(this.props.selected || []).some(u => u.level === 'building' || u.level === 'floor'); }

    fly(camera) {
      if (!camera) return;
      if (camera.bounds) { this.map.fit(camera.bounds, camera.padding ?? this.props.home?.padding); this.map.jumpTo({}); }
      else this.map.jumpTo({...(camera.lon !== undefined && {center: [camera.lon, camera.lat]}), zoom: camera.zoom});
    }
    ease(to) { this.map.jumpTo(to); }

    /* below the street only what belongs to the parents in view, the nearest first: a city has too many shapes for SVG */
    async want(level) {
      const at = map.LEVELS.indexOf(level), ask = parent => this.load(`/shapes/${this.props.city}/${level}.json${parent ? `?parent=${encodeURIComponent(parent)}` : ''}`);
      if (at < 2) return ask();
      const above = await this.want(map.LEVELS[at - 1]), here = this.map.getCenter().toArray(), [[w, s], [e, n]] = this.map.getBounds().toArray();
      const near = above.features.map(f => ({code: f.properties.code, box: boxOf(f)})).filter(({box}) => box[0] <= e && box[2] >= w && box[1] <= n && box[3] >= s)
        .map(p => ({...p, far: Math.hypot((p.box[0] + p.box[2]) / 2 - here[0], (p.box[1] + p.box[3]) / 2 - here[1])})).sort((p, q) => p.far - q.far).slice(0, MOST);
      const key = `${level}/${near.map(p => p.code).sort().join()}`;
      if (this.merged?.[level]?.key !== key) {
        const parts = await Promise.all(near.map(p => ask(p.code)));
        this.merged = {...this.merged, [level]: {key, shapes: {features: parts.flatMap(part => part.features)}}};
      }
      return this.merged[level].shapes;
    }

    async refresh() {
      const turn = this.turn = {}, level = map.levelAt(this.map.getZoom(), this.props.level), url = this.props.values?.[level]?.url;
      const began = performance.now();
      try {
        const [shapes, data] = await Promise.all([this.want(level), url ? this.loadValues(url) : null]);
        if (this.turn !== turn || this.closed) return;
        this.level = level; this.data = data;
        if (shapes !== this.shapes) this.build(shapes);
        this.paint(); this.place(); this.label();
        this.el.citymap.repaint = {level, units: data?.length || 0, total_ms: performance.now() - began};
      } catch (error) {
        if (this.turn === turn && !this.closed) console.warn('citymap:', error.message);
      }
    }

    build(shapes) {
      this.shapes = shapes;
      this.paths.clear();
      this.land.replaceChildren();
      const ring = points => `M${points.map(p => this.at(p).join()).join('L')}Z`;
      for (const f of shapes.features) {
        const polygons = f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates;
        const path = node('path', this.land, {d: polygons.flat().map(ring).join(''), 'fill-rule': 'evenodd', 'vector-effect': 'non-scaling-stroke', 'stroke-linejoin': 'round'});
        path.unit = f.properties;
        this.paths.set(f.properties.seq, path);
      }
    }

    /* a place in path units */
    at([lon, lat]) {
      const {worldX, worldY} = map.mercator;
      return [+((worldX(lon) - this.origin[0]) * UNIT).toFixed(3), +((worldY(lat) - this.origin[1]) * UNIT).toFixed(3)];
    }
    /* what a shape stands for: a unit, a floor, or a row of an overlay */
    hitOf(path) {
      const u = path?.unit;
      return path?.hit || (u ? {level: this.level, seq: u.seq, code: u.code, properties: u} : null);
    }

    classOf(seq) { return this.data?.[seq - 1] ?? 255; }
    paint() {
      const colors = map.colorsOf(this.props), dark = this.props.theme === 'dark';
      const chosen = new Set((this.props.selected || []).filter(u => u.level === this.level).map(u => u.seq));
      this.ground.setAttribute('fill', dark ? '#0d1218' : '#eceae4');
      const last = [], plain = this.neutral();
      this.land.style.opacity = map.dims(this.props) ? 0.35 : 1;
      for (const [seq, path] of this.paths) {
        const marked = chosen.has(seq), over = path === this.over;
        path.setAttribute('fill', plain || colors.ramp[this.classOf(seq)] || colors.nodata);
        path.setAttribute('stroke', marked ? colors.selected : over ? colors.hover : dark ? '#0d1218' : '#ffffff');
        path.setAttribute('stroke-width', marked ? 3.2 : over ? 2.4 : 0.8);
        if (marked || over) last.push(path);
      }
      this.land.append(...last);                    // strong outlines lie over their neighbours'
    }
    /* around an opened building the others are plain: the classes on screen are those of its floors */
    neutral() {
      if (this.level !== 'building' || !this.props.building?.url) return null;
      return map.byTheme(this.props.mapStyle, this.props.theme)?.layers.find(l => l.id === 'building-3d')?.metadata.neutral;
    }
    hover(path) { if (path !== this.over) { this.over = path; this.paint(); } }

    place() {
      const k = this.map.scale / UNIT, x = this.map.width / 2 + (this.origin[0] - this.map.x) * this.map.scale, y = this.map.height / 2 + (this.origin[1] - this.map.y) * this.map.scale;
      this.land.setAttribute('transform', `translate(${x} ${y}) scale(${k})`);
      this.overlay.put(`translate(${x} ${y}) scale(${k})`);
      this.names.replaceChildren();
      clearTimeout(this.labelling);
      this.labelling = setTimeout(() => this.label(), 80);
      this.drawSketch();
    }
    label() {
      this.names.replaceChildren();
      if (!this.paths.size || this.paths.size > 1500) return;
      const k = this.map.scale / UNIT, dark = this.props.theme === 'dark', taken = this.covered();
      for (const path of this.paths.values()) {
        const name = map.nameOf(path.unit, this.props.language), b = path.getBBox();
        const w = name.length * (this.props.language === 'en' ? 7 : 13);
        if (!name || b.width * k < w) continue;
        const m = this.land.transform.baseVal.consolidate().matrix;
        const x = (b.x + b.width / 2) * k + m.e, y = (b.y + b.height / 2) * k + m.f;
        if (taken.some(t => Math.abs(t.x - x) < (t.w + w) / 2 && Math.abs(t.y - y) < ((t.h ?? 15) + 15) / 2)) continue;
        taken.push({x, y, w});
        const t = node('text', this.names, {x, y, 'text-anchor': 'middle', 'dominant-baseline': 'middle', 'font-size': 12.5, 'pointer-events': 'none', 'paint-order': 'stroke',
          fill: dark ? '#e3eaf2' : '#26313d', stroke: dark ? '#0d1218' : '#ffffff', 'stroke-width': 3, 'stroke-opacity': 0.85});
        t.textContent = name;
      }
    }

    /* where no name can be read: below the note and the opened floors */
    covered() {
      const a = this.svg.getBoundingClientRect();
      return [this.frame.noted, this.stack].map(part => part.getBoundingClientRect()).filter(b => b.width)
        .map(b => ({x: b.left - a.left + b.width / 2, y: b.top - a.top + b.height / 2, w: b.width + 8, h: b.height + 4}));
    }

    setOwn(source, data) { if (source === 'drawing') { this.sketched = data; this.drawSketch(); } }
    drawSketch() {
      this.sketch.replaceChildren();
      const {selected} = map.colorsOf(this.props), at = p => this.map.project(p), line = c => c.map(p => `${at(p).x},${at(p).y}`).join(' ');
      for (const {properties: p, geometry: g} of this.sketched?.features || []) {
        const some = {'pointer-events': 'none', stroke: selected};
        if (p.part === 'area') node('polygon', this.sketch, {...some, points: line(g.coordinates[0]), fill: selected, 'fill-opacity': 0.14, 'stroke-width': 2.5});
        if (p.part === 'line') node('polyline', this.sketch, {...some, points: line(g.coordinates), fill: 'none', 'stroke-width': 2.5});
        if (p.part === 'swath') node('polyline', this.sketch, {...some, points: line(g.coordinates), fill: 'none', 'stroke-opacity': 0.18, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'stroke-width': p.w0 * 2 ** this.map.zoom});
        if (p.part === 'point') node('circle', this.sketch, {...some, cx: at(g.coordinates).x, cy: at(g.coordinates).y, r: 5, fill: '#ffffff', 'stroke-width': 2.5});
      }
    }

    sendView() {
      const m = this.map;
      const view = {center: m.getCenter().toArray().map(v => +v.toFixed(6)), zoom: +m.getZoom().toFixed(3), pitch: 0, bearing: 0,
        bounds: m.getBounds().toArray().flat().map(v => +v.toFixed(6)), level: map.levelAt(m.getZoom(), this.props.level)};
      if (!same(view, this.lastView)) this.send({view: this.lastView = view});
    }

    snapshot() {
      return new Promise((resolve, reject) => {
        const copy = this.svg.cloneNode(true), {width, height} = this.map, image = new Image();
        copy.setAttribute('xmlns', NS); copy.setAttribute('width', width); copy.setAttribute('height', height);
        copy.setAttribute('font-family', 'system-ui, sans-serif');
        image.onload = () => {
          const canvas = document.createElement('canvas');
          canvas.width = width; canvas.height = height;
          canvas.getContext('2d').drawImage(image, 0, 0);
          resolve(canvas);
        };
        image.onerror = reject;
        image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
      });
    }
    close() { this.closed = true; this.leaveGroup?.(); this.drawing.close(); this.hand.close(); this.resized.disconnect(); }
  };

  map.inside = ([x, y], geometry) => {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    return polygons.some(rings => rings.reduce((odd, ring) => {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [xi, yi] = ring[i], [xj, yj] = ring[j];
        if ((yi > y) !== (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) odd = !odd;
      }
      return odd;
    }, false));
  };
})();
