/* An opened building: its floors as slabs in the place of its block, pulled apart by explode 0–1.

   Basements are under the ground, where a map shows nothing; pulled apart, the whole stack rises by their depth so
   that every floor can be seen and picked. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const GAP = 0.25, SPREAD = 0.9;      // metres between closed slabs; storeys between open ones
  const MARGIN = 16;                   // pixels that stay free above an open stack

  map.slabFeatures = ({slabs, rings, picked, explode}) => {
    const lowest = Math.min(0, ...slabs.map(s => s.base));
    const lift = -lowest * explode;
    const sorted = [...slabs].sort((a, b) => a.base - b.base);
    return sorted.map((s, i) => {
      const storeys = sorted.slice(0, i).reduce((h, below) => h + (below.top - below.base), 0);
      const base = s.base + lift + storeys * SPREAD * explode;
      const top = base + (s.top - s.base);
      return {
        type: 'Feature', id: i + 1,
        properties: {code: s.code, floor_no: s.floor_no, value: s.value, class: s.class ?? 255, picked: s.code === picked,
          base: Math.max(0, base), top: Math.max(0, top - Math.min(GAP, (top - base) / 4)), name_zh: s.name_zh || '', name_en: s.name_en || ''},
        geometry: s.geometry || {type: 'MultiPolygon', coordinates: rings}
      };
    }).filter(f => f.properties.top > 0);
  };

  /* ring(s): a GeoJSON geometry, one polygon's rings or many polygons' */
  const polygons = map.footprint = answer => {
    const g = answer.geometry || answer.rings || answer.ring || [];
    if (g.type === 'Polygon') return [g.coordinates];
    if (g.type === 'MultiPolygon') return g.coordinates;
    if (typeof g[0]?.[0] === 'number') return [[g]];
    return typeof g[0]?.[0]?.[0] === 'number' ? [g] : g;
  };

  /* how many pixels above the middle of the canvas a point in the air stands, with the map `nearer` zooms nearer */
  const risen = (m, [lon, lat], metres, nearer = 0) => {
    const {worldX, worldY} = map.mercator, centre = m.getCenter(), size = 512 * 2 ** (m.getZoom() + nearer), turn = m.getBearing() * Math.PI / 180;
    const east = (worldX(lon) - worldX(centre.lng)) * size, north = (worldY(centre.lat) - worldY(lat)) * size;
    const away = east * Math.sin(turn) + north * Math.cos(turn), up = metres * size / (40075016.7 * Math.cos(lat * Math.PI / 180));
    const pitch = m.getPitch() * Math.PI / 180, eye = m.transform.cameraToCenterDistance;
    const far = eye + away * Math.sin(pitch) - up * Math.cos(pitch);
    return far > 1 ? eye * (away * Math.cos(pitch) + up * Math.sin(pitch)) / far : Infinity;
  };

  map.Building = class {
    constructor(view) { this.view = view; this.load = map.memory(16, map.askJSON); this.explode = 0; }

    async show(prop) {
      const {view} = this;
      const old = this.prop;
      this.prop = prop;
      if (old?.url !== prop?.url) this.wasWhole = null;
      if (!prop?.url) { this.answer = null; view.marked.open(null); view.setOwn('floors', {type: 'FeatureCollection', features: []}); return; }
      if (old?.url !== prop.url || !this.answer) {
        try {
          const answer = await this.load(prop.url);
          if (this.prop?.url !== prop.url || view.closed) return;
          this.answer = answer;
        } catch (error) { view.report(error); return; }
        if (old?.seq !== prop.seq) this.explode = 0;
        view.marked.open(prop.seq ?? this.answer.seq ?? null);
        if (prop.focus !== false && old?.seq !== prop.seq) this.focus();
      }
      this.glide(this.prop.explode ?? 0);
    }

    /* towards the wanted spread, one frame at a time; at once where motion is not wanted */
    glide(target) {
      cancelAnimationFrame(this.frame);
      const from = this.explode, began = performance.now();
      const step = now => {
        if (this.view.closed || !this.answer) return;
        const t = map.calm() ? 1 : Math.min(1, (now - began) / 260);
        this.explode = from + (target - from) * (1 - (1 - t) ** 3);
        this.draw();
        if (t < 1) this.frame = requestAnimationFrame(step); else this.follow();
      };
      if (from === target) return this.draw();
      this.wasWhole ??= this.isFocusing || this.isWhole();
      step(began);
    }

    features() {
      const slabs = this.answer.floors || this.answer.slabs || [];
      return map.slabFeatures({slabs, rings: polygons(this.answer), picked: this.prop.picked, explode: this.explode});
    }
    isWhole(nearer = 0) {
      const m = this.view.map, middle = m.transform.centerPoint.y, top = Math.max(0, ...this.features().map(f => f.properties.top));
      return polygons(this.answer).flat(2).every(p => middle - risen(m, p, top, nearer) > MARGIN);
    }

    /* slabs that were all in the picture before they were pulled apart stay in it: the camera steps back as far as it must */
    follow() {
      if (this.isFocusing || this.view.closed || !this.answer || this.explode !== (this.prop.explode ?? 0)) return;
      const {wasWhole} = this;
      let nearer = 0;
      this.wasWhole = null;
      while (wasWhole && nearer > -3 && !this.isWhole(nearer)) nearer -= 0.05;
      if (nearer) this.view.ease({zoom: this.view.map.getZoom() + nearer});
    }

    /* bring the whole opened stack into view: base in the lower part of what nothing covers, top below the upper edge */
    focus() {
      const m = this.view.map, points = polygons(this.answer).flat(2), floors = this.answer.floors || this.answer.slabs || [];
      if (!points.length || !floors.length) return;
      const mid = k => (Math.min(...points.map(p => p[k])) + Math.max(...points.map(p => p[k]))) / 2;
      const tall = Math.max(...floors.map(f => f.top)) - Math.min(0, ...floors.map(f => f.base));
      const wide = 111320 * (Math.max(...points.map(p => p[1])) - Math.min(...points.map(p => p[1])));
      const covered = map.covered?.(m.getContainer()) ?? 0, height = m.getContainer().clientHeight - covered, pitch = Math.max(m.getPitch(), 62), perMetre = 78271.517 * Math.cos(mid(1) * Math.PI / 180);
      const stack = Math.max(tall * (1 + SPREAD * 0.6), wide * 2, 20) * Math.sin(pitch * Math.PI / 180);
      const zoom = Math.min(18.6, Math.max(13.8, Math.log2(0.42 * height * perMetre / stack)));
      const to = {center: [mid(0), mid(1)], zoom, pitch, offset: [0, height * 0.24 - covered / 2]};
      if (map.calm()) return m.jumpTo(to);
      this.isFocusing = true;
      m.easeTo({...to, duration: 900});
      m.once('moveend', () => { this.isFocusing = false; this.follow(); });
    }

    draw() {
      this.view.setOwn('floors', {type: 'FeatureCollection', features: this.features()});
    }
    hover(id) {
      if (id === this.hovered) return;
      const m = this.view.map;
      if (this.hovered && m.getSource('floors')) m.setFeatureState({source: 'floors', id: this.hovered}, {hover: false});
      if (id && m.getSource('floors')) m.setFeatureState({source: 'floors', id}, {hover: true});
      this.hovered = id;
    }
    close() { cancelAnimationFrame(this.frame); }
  };
})();
