/* Drawing on the map: polygon, circle, buffer, distance, area; by mouse, finger or keys.

   The tool holds points and says what they mean; the two kinds of map (WebGL, SVG) only give it clicks and draw it. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const LEAST = {polygon: 3, area: 3, distance: 2, circle: 2, buffer: 1};

  /* points so far → what they measure; null while there are too few */
  map.shapeOf = (tool, points, options = {}) => {
    const g = map.geodesy;
    if (points.length < LEAST[tool]) return null;
    if (tool === 'circle') {
      const radius = g.distance(points[0], points[1]), ring = g.circle(points[0], radius);
      return {tool, geometry: {type: 'Polygon', coordinates: [ring]}, center: points[0], radius_m: radius, length_m: g.pathLength(ring), area_m2: g.ringArea(ring)};
    }
    if (tool === 'distance') return {tool, geometry: {type: 'LineString', coordinates: points}, length_m: g.pathLength(points), area_m2: 0};
    if (tool === 'buffer') {
      // the server draws the buffer itself; the area here is that of a stretched line with round ends
      const radius = options.radius_m ?? 500, length = g.pathLength(points);
      const geometry = points.length > 1 ? {type: 'LineString', coordinates: points} : {type: 'Point', coordinates: points[0]};
      return {tool, geometry, radius_m: radius, length_m: length, area_m2: 2 * radius * length + Math.PI * radius * radius};
    }
    const ring = [...points, points[0]];
    return {tool, geometry: {type: 'Polygon', coordinates: [ring]}, length_m: g.pathLength(ring), area_m2: g.ringArea(points)};
  };

  map.sketchOf = (tool, points, options = {}) => {
    const features = [], add = (part, type, coordinates, more) => features.push({type: 'Feature', properties: {part, ...more}, geometry: {type, coordinates}});
    const shape = map.shapeOf(tool, points, options);
    if (shape?.geometry.type === 'Polygon') add('area', 'Polygon', shape.geometry.coordinates);
    else if (points.length > 1) add('line', 'LineString', points);
    if (tool === 'buffer' && points.length) {
      const metresPerPixel = 78271.517 * Math.cos(points[0][1] * Math.PI / 180);        // at zoom 0
      // one capsule a segment: a translucent wide line tears at its bends
      points.slice(points.length > 1 ? 1 : 0).forEach((p, i) => add('swath', 'LineString', [points[i], p], {w0: 2 * shape.radius_m / metresPerPixel}));
    }
    (tool === 'circle' ? points.slice(0, 1) : points).forEach(p => add('point', 'Point', p));
    return {type: 'FeatureCollection', features};
  };

  map.measureText = (shape, props) => {
    if (!shape) return '';
    const w = key => map.word(props, key), l = props.language, parts = [];
    if (shape.radius_m) parts.push(`${w('radius')} ${map.formatLength(shape.radius_m, l)}`);
    if (shape.tool === 'distance' || (shape.tool === 'buffer' && shape.length_m)) parts.push(`${w('length')} ${map.formatLength(shape.length_m, l)}`);
    if (shape.area_m2) parts.push(`${w('area')} ${map.formatArea(shape.area_m2, l)}`);
    return parts.join(' · ');
  };

  map.Drawing = class {
    constructor(view) {
      this.view = view;
      const m = view.map, canvas = m.getCanvas();
      m.on('click', e => this.active && this.add(e.lngLat.toArray()));
      m.on('dblclick', e => { if (this.active) { e.preventDefault(); this.end(true); } });
      m.on('mousemove', e => { if (this.active && this.points.length) { this.at = e.lngLat.toArray(); this.draw(); } });
      canvas.addEventListener('keydown', this.onKey = e => this.key(e));
    }
    get active() { return !!this.tool; }

    use(tool, options) {
      this.options = options || {};
      if (tool !== this.tool) {
        this.points = []; this.at = null;
        this.tool = tool || null;
        const m = this.view.map;
        m.doubleClickZoom[tool ? 'disable' : 'enable']();
        m.getCanvas().style.cursor = tool ? 'crosshair' : '';
        this.view.frame.root.classList.toggle('is-drawing', !!tool);
        if (tool) { this.view.frame.card.hide(); m.getCanvas().focus({preventScroll: true}); this.view.frame.say(map.word(this.view.props, 'draw')); }
      }
      this.draw();
    }

    add(point) {
      const p = point.map(v => +v.toFixed(8)), last = this.points.at(-1), m = this.view.map;
      // the second click of a double click is the same place
      if (last && Math.hypot(m.project(last).x - m.project(p).x, m.project(last).y - m.project(p).y) < 4) return;
      this.points.push(p);
      this.at = null;
      if (this.tool === 'circle' && this.points.length === 2) return this.end();
      this.draw();
    }

    end() {
      const shape = map.shapeOf(this.tool, this.points, this.options);
      if (!shape) return;
      this.view.send({drawn: {...shape, t: Date.now()}});
      this.view.frame.say(map.measureText(shape, this.view.props));
      this.kept = {tool: this.tool, points: this.points};
      this.points = []; this.at = null;
      this.draw();
    }
    cancel() { this.points = []; this.at = null; this.kept = null; this.view.send({drawn: null}); this.draw(); }
    back() { this.points.pop(); this.draw(); }

    key(e) {
      if (!this.active) return;
      const done = {Escape: () => this.cancel(), Enter: () => this.end(), Backspace: () => this.back(), ' ': () => this.add(this.view.map.getCenter().toArray())}[e.key];
      // with nothing drawn Escape is the page's: it puts the tool away
      if (!done || (e.key === 'Escape' && !this.points.length && !this.kept)) return;
      e.preventDefault(); e.stopPropagation();
      done();
    }

    draw() {
      const live = this.active && this.points.length, kept = this.kept && (!this.active || this.kept.tool === this.tool) ? this.kept : null;
      const tool = live ? this.tool : kept?.tool, points = live ? [...this.points, ...(this.at ? [this.at] : [])] : kept?.points || [];
      if (!this.active) this.kept = null;
      this.view.setOwn('drawing', tool && this.active ? map.sketchOf(tool, points, this.options) : {type: 'FeatureCollection', features: []});
      this.view.frame.measure(tool && this.active ? map.measureText(map.shapeOf(tool, points, this.options), this.view.props) : '');
    }
    close() { this.view.map.getCanvas().removeEventListener('keydown', this.onKey); }
  };
})();
