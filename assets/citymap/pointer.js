/* What is under the pointer, the finger or the cross-hair; click, hover and their answers to the page. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};

  map.Pointer = class {
    constructor(view) {
      this.view = view;
      const m = view.map;
      m.on('click', e => this.click(e.point, e.lngLat));
      m.on('mousemove', e => this.move(e));
      m.on('mouseout', () => this.leave());
      m.on('dragstart', () => this.leave());
      m.on('zoomstart', () => view.frame.card.hide());
      this.onKey = e => this.key(e);
      m.getCanvas().addEventListener('keydown', this.onKey);
    }

    /* nearest first: overlay objects, floor slabs, then units of the coloured level */
    pick(point, overlay = true) {
      const {view} = this, m = view.map;
      const object = overlay && view.overlay.pick(point);
      if (object) return object;
      const level = map.levelAt(m.getZoom(), view.props.level);
      const at = names => m.queryRenderedFeatures(point, {layers: names.filter(id => m.getLayer(id))})[0];
      const blocks = level === 'building' || (view.props.mode3d && map.levelAt(m.getZoom(), 'auto') === 'building');
      // slabs first: the ghosts of other buildings in front of them are there to be looked through; then blocks, whatever the ground says
      const found = (view.props.building?.url && at(['floor-3d'])) || (blocks && at(['building-3d', 'building-fill'])) || at([`${level}-fill`]);
      if (!found) return null;
      if (found.source === 'floors') {
        const {code, floor_no} = found.properties;
        return {level: 'floor', code, floor_no, properties: found.properties, featureId: found.id};
      }
      return {level: found.sourceLayer, seq: found.id, properties: found.properties, ...(found.properties.code && {code: found.properties.code})};
    }

    click(point, lngLat) {
      const {view} = this;
      if (view.drawing.active) return;
      const hit = this.pick(point) || {};
      const {featureId, ...unit} = hit;
      view.send({click: {...unit, lngLat: [+lngLat.lng.toFixed(7), +lngLat.lat.toFixed(7)], t: Date.now()}});
      if (unit.level) view.frame.say(`${map.word(view.props, 'selected')} ${map.word(view.props, unit.level)} ${map.nameOf(unit.properties, view.props.language)}`);
    }

    move(e) {
      if (this.queued) { this.queued = e; return; }
      this.queued = e;
      requestAnimationFrame(() => {
        const event = this.queued;
        this.queued = null;
        if (this.view.closed || this.view.drawing.active) return this.leave();
        if (!this.view.map.isMoving()) this.hover(this.pick(event.point), event.point);
      });
    }

    hover(hit, point) {
      const {view} = this;
      view.marked.hover(hit?.seq && !hit.layer ? hit : null);
      view.building.hover(hit?.level === 'floor' ? hit.featureId : null);
      view.map.getCanvas().style.cursor = hit ? 'pointer' : '';
      const k = hit?.level === 'floor' || hit?.layer ? hit.properties.class ?? 255 : hit?.seq ? view.values.classOf(hit.level, hit.seq) : 255;
      view.frame.card.show(hit, point, view.props, k);
      const key = hit ? `${hit.layer || ''}/${hit.level}/${hit.seq ?? hit.code ?? hit.index}` : '';
      if (key === this.key_) return;
      this.key_ = key;
      clearTimeout(this.later);
      this.later = setTimeout(() => view.send({hover: hit ? {level: hit.level, seq: hit.seq, code: hit.code, layer: hit.layer} : null}), 90);
    }
    leave() {
      if (!this.key_ && !this.view.marked.hovered) return this.view.frame.card.hide();
      this.hover(null);
    }

    key(e) {
      const {view} = this, m = view.map, step = e.shiftKey;
      if (view.drawing.active || e.ctrlKey || e.metaKey || e.altKey) return;
      if (e.key === 'Enter') {
        const {clientWidth: w, clientHeight: h} = m.getContainer();
        this.click({x: w / 2, y: h / 2}, m.getCenter());
      } else if (e.key === 'PageUp') view.ease(step ? {bearing: m.getBearing() - 15} : {pitch: Math.min(m.getPitch() + 10, 78)});
      else if (e.key === 'PageDown') view.ease(step ? {bearing: m.getBearing() + 15} : {pitch: Math.max(m.getPitch() - 10, 0)});
      else if (e.key === 'Home') view.frame.home();
      else return;
      e.preventDefault();
    }

    close() { clearTimeout(this.later); this.view.map.getCanvas().removeEventListener('keydown', this.onKey); }
  };

  map.nameOf = (properties, language) => {
    const p = properties || {}, [a, b] = language === 'en' ? [p.name_en, p.name_zh] : [p.name_zh, p.name_en];
    if (a || b || p.name) return String(a || b || p.name);
    const end = side => (language === 'en' ? p[`${side}_en`] || p[`${side}_zh`] : p[`${side}_zh`] || p[`${side}_en`]) || '';
    return end('origin') || end('destination') ? `${end('origin')} → ${end('destination')}` : '';
  };
})();
