/* Mouse, fingers and keys on the SVG map: the same gestures and keys as on the other. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const PAN = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

  map.SVGHand = class {
    constructor(view) {
      Object.assign(this, {view, fingers: new Map()});
      const on = (name, does, options) => view.svg.addEventListener(name, does, options);
      on('pointerdown', e => this.down(e)); on('pointermove', e => this.move(e));
      on('pointerup', e => this.up(e)); on('pointercancel', e => this.up(e, true));
      on('pointerleave', () => { view.hover(null); view.frame.card.hide(); });
      on('wheel', e => { e.preventDefault(); view.map.zoomAt(this.at(e), view.map.zoom - e.deltaY / 300); }, {passive: false});
      on('dblclick', e => {
        if (view.drawing.active) return view.map.fire('dblclick', {preventDefault: () => e.preventDefault()});
        if (view.map.doubleClickZoom.enabled) view.map.zoomAt(this.at(e), view.map.zoom + 1);
      });
      on('keydown', e => this.key(e));
    }
    at(e) { const r = this.view.svg.getBoundingClientRect(); return {x: e.clientX - r.left, y: e.clientY - r.top}; }
    spread() { const [a, b] = [...this.fingers.values()]; return b && Math.hypot(a.x - b.x, a.y - b.y); }

    down(e) {
      this.view.svg.setPointerCapture?.(e.pointerId);
      this.fingers.set(e.pointerId, this.at(e));
      if (this.fingers.size === 1) this.travelled = 0;
      this.pinch = this.spread();
    }
    move(e) {
      const {view} = this, p = this.at(e), was = this.fingers.get(e.pointerId);
      if (!was) {
        if (view.drawing.active) return view.map.fire('mousemove', {lngLat: view.map.unproject(p)});
        return this.over(e.target.closest?.('path'), p);
      }
      this.fingers.set(e.pointerId, p);
      this.travelled += Math.hypot(p.x - was.x, p.y - was.y);
      if (this.fingers.size === 2) {
        const now = this.spread(), [a, b] = [...this.fingers.values()];
        view.map.zoomAt({x: (a.x + b.x) / 2, y: (a.y + b.y) / 2}, view.map.zoom + Math.log2(now / this.pinch));
        this.pinch = now;
      } else if (this.travelled > 4) { view.frame.card.hide(); view.map.panBy(was.x - p.x, was.y - p.y); }
    }
    over(path, p) {
      const {view} = this, hit = view.hitOf(path), key = hit ? `${hit.layer || ''}/${hit.level}/${hit.seq ?? hit.code ?? hit.index}` : '';
      view.hover(path?.unit ? path : null);
      view.frame.card.show(hit, p, view.props, !hit ? 255 : path.unit ? view.classOf(hit.seq) : hit.properties.class ?? 255);
      if (key === this.told) return;
      this.told = key;
      view.send({hover: hit && {level: hit.level, seq: hit.seq, code: hit.code, layer: hit.layer}});
    }
    up(e, cancelled) {
      const {view} = this, p = this.at(e), alone = this.fingers.size === 1;
      this.fingers.delete(e.pointerId);
      if (cancelled || !alone || this.travelled > 4) return;
      const lngLat = view.map.unproject(p);
      view.map.fire('click', {point: p, lngLat});
      if (!view.drawing.active) this.choose(p, lngLat);
    }
    choose(p, lngLat) {
      const {view} = this, r = view.svg.getBoundingClientRect(), shape = document.elementFromPoint(r.left + p.x, r.top + p.y);
      if (shape?.closest('.citymap-stack')) return;              // between two floors is not beside the building
      const unit = view.hitOf(shape?.closest('path'));
      view.send({click: {...unit, lngLat: lngLat.toArray().map(v => +v.toFixed(7)), t: Date.now()}});
      if (unit?.level) view.frame.say(`${map.word(view.props, 'selected')} ${map.word(view.props, unit.level)} ${map.nameOf(unit.properties, view.props.language)}`);
    }
    key(e) {
      const {view} = this, m = view.map;
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      if (PAN[e.key]) m.panBy(PAN[e.key][0] * 100, PAN[e.key][1] * 100);
      else if (e.key === '+' || e.key === '=') m.jumpTo({zoom: m.zoom + 1});
      else if (e.key === '-') m.jumpTo({zoom: m.zoom - 1});
      else if (e.key === 'Home') view.frame.home();
      else if (e.key === 'Enter' && !view.drawing.active) this.choose({x: m.width / 2, y: m.height / 2}, m.getCenter());
      else return;
      e.preventDefault();
    }
    close() {}
  };
})();
