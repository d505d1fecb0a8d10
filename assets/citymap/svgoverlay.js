/* Overlays without WebGL: what deck.gl would draw, as SVG, from the same layers and rows (assets/citymap/overlay.js).

   deck.gl's own layer objects say what colour, width and place a row has; making them needs no WebGL, and the outline of
   an H3 cell comes from there too. Points are lines without a length, so that they keep their size at every zoom. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const MOST = 2500;          // shapes of one layer, the nearest to the middle of the map
  const BEND = 0.16;          // how far a flow bows out, of its length
  const rgb = ([r, g, b]) => `rgb(${r},${g},${b})`;
  const faint = color => (color[3] ?? 255) / 255;
  const said = (layer, name) => { const v = layer.props[name]; return typeof v === 'function' ? v : () => v; };
  const thin = {fill: 'none', 'vector-effect': 'non-scaling-stroke', 'stroke-linecap': 'round'};

  const dot = (place, at, color, wide) => map.svgNode('path', place, {...thin, d: `M${at.join()}h0.0001`, stroke: rgb(color), 'stroke-opacity': faint(color), 'stroke-width': wide});

  const points = (layer, rows, place, at) => {
    const where = said(layer, 'getPosition'), fill = said(layer, 'getFillColor'), radius = said(layer, 'getRadius'), isPixels = layer.props.radiusUnits === 'pixels';
    const wide = row => 2 * (isPixels ? radius(row) : 5), edge = said(layer, 'getLineColor')(rows[0]);
    if (layer.props.stroked) {
      const d = rows.map(row => `M${at(where(row)).join()}h0.0001`).join('');
      map.svgNode('path', place, {...thin, d, stroke: rgb(edge), 'stroke-width': wide(rows[0]) + 2, 'pointer-events': 'none'});
    }
    return rows.map(row => dot(place, at(where(row)), fill(row), wide(row)));
  };

  /* soft circles in the colour of the class: near ones run into each other, as heat does */
  const heat = (layer, rows, place, at) => {
    const {radiusPixels, colorRange} = layer.props, where = said(layer, 'getPosition'), weight = said(layer, 'getWeight');
    const top = Math.max(...rows.map(weight)) || 1, classOf = row => Math.min(colorRange.length - 1, row.class ?? Math.floor(weight(row) / top * (colorRange.length - 1)));
    place.parentNode.style.filter = `blur(${Math.round(radiusPixels / 6)}px)`;
    return rows.filter(row => colorRange[classOf(row)]).map(row => dot(place, at(where(row)), colorRange[classOf(row)], radiusPixels));
  };

  const hexagons = (layer, rows, place, at) => {
    const fill = said(layer, 'getFillColor'), edge = said(layer, 'getLineColor');
    const {getPolygon} = layer._renderPolygonLayer().props, corners = flat => Array.from({length: flat.length / 2}, (_, i) => at([flat[2 * i], flat[2 * i + 1]]).join());
    return rows.map(row => map.svgNode('path', place, {d: `M${corners(getPolygon(row, {})).join('L')}Z`, 'vector-effect': 'non-scaling-stroke',
      fill: rgb(fill(row)), 'fill-opacity': layer.props.opacity, stroke: rgb(edge(row)), 'stroke-width': 1}));
  };

  const flows = (layer, rows, place, at) => {
    const from = said(layer, 'getSourcePosition'), to = said(layer, 'getTargetPosition'), width = said(layer, 'getWidth');
    const ends = ['getSourceColor', 'getTargetColor'].map(name => said(layer, name));
    const {widthScale, widthMinPixels, widthMaxPixels} = layer.props;
    return rows.map((row, i) => {
      const [a, b] = [at(from(row)), at(to(row))], [dx, dy] = [b[0] - a[0], b[1] - a[1]];
      const shade = map.svgNode('linearGradient', place, {id: `${layer.id}-${i}`, gradientUnits: 'userSpaceOnUse', x1: a[0], y1: a[1], x2: b[0], y2: b[1]});
      ends.forEach((color, k) => map.svgNode('stop', shade, {offset: k, 'stop-color': rgb(color(row)), 'stop-opacity': faint(color(row))}));
      return map.svgNode('path', place, {...thin, stroke: `url(#${layer.id}-${i})`, d: `M${a.join()}q${dx / 2 + dy * BEND},${dy / 2 - dx * BEND},${dx},${dy}`,
        'stroke-width': Math.min(widthMaxPixels, Math.max(widthMinPixels, width(row) * widthScale))});
    });
  };

  const DRAW = {ScatterplotLayer: points, HeatmapLayer: heat, H3HexagonLayer: hexagons, ArcLayer: flows};

  map.SVGOverlay = class {
    constructor(view, place) { Object.assign(this, {view, place}); this.load = map.memory(24, map.askJSON); }

    async show(layers) {
      const turn = this.turn = {}, {view} = this;
      try {
        const ready = await Promise.all((layers || []).map(async l => typeof l.data === 'string' && !l.data.startsWith('@@') ? {...l, data: await this.load(l.data)} : l));
        if (this.turn !== turn || view.closed) return;
        this.shown = ready;
        this.draw();
      } catch (error) { if (this.turn === turn && !view.closed) console.warn('citymap:', error.message); }
    }

    draw() {
      this.place.replaceChildren();
      this.places = [];
      const known = (this.shown || []).filter(l => DRAW[l['@@type']] && l.data?.length);
      this.isWhole = known.length === (this.shown || []).length && known.every(l => l.data.length <= MOST);
      this.isSoft = known.some(l => l['@@type'] === 'HeatmapLayer');
      map.toLayers(known.map(l => ({...l, data: this.nearest(l)}))).forEach((layer, i) => this.lay(layer, DRAW[known[i]['@@type']]));
      this.put(this.transform);
      this.view.note();
    }

    lay(layer, draw) {
      const place = map.svgNode('g', map.svgNode('g', this.place)), rows = layer.props.data, {pickable, unitLevel} = layer.props;
      this.places.push(place);
      draw(layer, rows, place, p => this.view.at(p)).forEach((shape, index) => {
        const p = rows[index];
        if (!pickable) shape.setAttribute('pointer-events', 'none');
        else shape.hit = {layer: layer.id, index, properties: p, ...(p.code && {code: p.code}), ...(p.seq && {seq: p.seq}), level: p.level || unitLevel};
      });
    }

    put(transform) { this.transform = transform; for (const place of this.places || []) place.setAttribute('transform', transform); }

    /* of more rows than SVG can carry those nearest to the middle of the map */
    nearest({data}) {
      if (data.length <= MOST || !data[0].position) return data.slice(0, MOST);
      const [x, y] = this.view.map.getCenter().toArray(), far = row => (row.position[0] - x) ** 2 + (row.position[1] - y) ** 2;
      return [...data].sort((a, b) => far(a) - far(b)).slice(0, MOST);
    }
    /* after a move: only where not all could be drawn there is anything to do */
    moved() { if (this.isWhole === false) this.draw(); }
  };
})();
