/* Hover and selection on the map: feature-state, by level and seq, kept across tiles and styles. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};

  map.Marks = class {
    constructor(view) { this.view = view; this.selected = []; this.hovered = null; this.opened = null; }

    set(unit, state) {
      if (!unit || !unit.seq || !this.view.map.getSource('unit')) return;
      this.view.map.setFeatureState({source: 'unit', sourceLayer: unit.level, id: unit.seq}, state);
    }
    select(units) {
      const now = (units || []).filter(u => u.seq && u.level !== 'floor' && u.level !== 'city');
      for (const u of this.selected) this.set(u, {selected: false});
      for (const u of now) this.set(u, {selected: true});
      this.selected = now;
    }
    hover(unit) {
      if (unit?.seq === this.hovered?.seq && unit?.level === this.hovered?.level) return;
      this.set(this.hovered, {hover: false});
      this.set(unit, {hover: true});
      this.hovered = unit;
    }
    has(level) { return this.hovered?.level === level || this.selected.some(u => u.level === level); }
    open(seq) {
      if (seq === this.opened) return;
      if (this.opened) this.set({level: 'building', seq: this.opened}, {open: false});
      if (seq) this.set({level: 'building', seq}, {open: true});
      this.opened = seq;
    }
    /* a style whose tiles moved to a new version is a new source: put the marks on it again */
    restore() {
      const source = this.view.map.getSource('unit');
      if (!source || source === this.source) return;
      const first = !this.source;
      this.source = source;
      if (first) return;
      for (const u of this.selected) this.set(u, {selected: true});
      if (this.opened) this.set({level: 'building', seq: this.opened}, {open: true});
    }
  };
})();
