/* Values on the map: one byte a unit, put on the features of the tiles in view as feature-state {k}.

   Writing each tile's own units straight into that tile costs units, not units × tiles; where MapLibre's inside is
   not as expected (another version), the public setFeatureState does the same, slower. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const NONE = 255, PLAIN = 254;       // no data; not coloured now

  map.Values = class {
    constructor(view) {
      this.view = view;
      this.classes = {};                      // level → {url, data}
      this.load = map.memory(96, map.askClasses);
      this.idsOf = new WeakMap();             // feature index of a tile → {level: [seq]}
      this.wait = {};
    }

    /* levels worth having: the coloured one now, so that no indicator fetches seven files */
    wanted() { return [map.levelAt(this.view.map.getZoom(), this.view.props.level)]; }

    async refresh() {
      const specs = this.view.props.values || {};
      const wanted = this.wanted();
      // buildings are context above their own level: they lose their colours there, other levels are simply hidden
      for (const level of Object.keys(this.classes))
        if (!specs[level] || (level === 'building' && !wanted.includes(level))) { delete this.classes[level]; this.apply(level); }
      await Promise.all(wanted.map(level => this.want(level, specs[level]?.url)));
    }

    /* a resting map fetches the levels next to its own, so that zooming finds them here */
    ahead() {
      clearTimeout(this.resting);
      this.resting = setTimeout(() => {
        if (this.view.closed) return;
        const at = map.LEVELS.indexOf(this.wanted()[0]);
        for (const level of [map.LEVELS[at - 1], map.LEVELS[at + 1]]) {
          const url = this.view.props.values?.[level]?.url;
          if (url && (!this.view.props.level || this.view.props.level === 'auto')) this.load(url, {tries: 1}).catch(() => {});
        }
      }, 1500);
    }

    async want(level, url) {
      if (!url || this.classes[level]?.url === url || this.wait[level] === url) return;
      this.wait[level] = url;
      const started = performance.now();
      try {
        const data = await this.load(url);
        if (this.wait[level] !== url || this.view.closed) return;     // a newer question came first
        const fetched = performance.now();
        this.classes[level] = {url, data};
        this.apply(level);
        const applied = performance.now();
        this.view.afterPaint(() => this.view.measure({
          level, units: data.length, fetch_ms: fetched - started, apply_ms: applied - fetched,
          paint_ms: performance.now() - applied, total_ms: performance.now() - started
        }));
      } catch (error) {
        if (!this.view.closed) this.view.report(error);
      } finally {
        if (this.wait[level] === url) delete this.wait[level];
      }
    }

    classOf(level, seq) {
      const known = this.classes[level];
      return known ? known.data[seq - 1] ?? NONE : level === 'building' ? PLAIN : NONE;
    }

    tiles() { return this.view.map.style?.tileManagers?.unit?._inViewTiles?.getAllTiles() || null; }

    ids(tile, level) {
      const index = tile.latestFeatureIndex;
      if (!index?.rawTileData) return [];
      let known = this.idsOf.get(index);
      if (!known) this.idsOf.set(index, known = {});
      if (!known[level]) {
        const layer = index.loadVTLayers()[level];
        known[level] = layer ? Array.from({length: layer.length}, (_, i) => layer.feature(i).id) : [];
      }
      return known[level];
    }

    /* all tiles in view, or the one that just came */
    apply(level, only) {
      const tiles = only ? [only] : this.tiles();
      if (!tiles) return this.applyPublic(level);
      const manager = this.view.map.style.tileManagers.unit, kept = manager._state?.state;
      if (!kept) return this.applyPublic(level);
      const all = kept[level] ??= {};
      // state of units out of view would colour their tiles with old values when they come back from the cache
      if (!only) for (const seq in all) all[seq].k = this.classOf(level, +seq);
      for (const tile of tiles) {
        const states = {};
        for (const seq of this.ids(tile, level)) {
          const k = this.classOf(level, seq);
          (all[seq] ??= {}).k = k;
          states[seq] = all[seq];
        }
        this.colour(tile, level, states);
      }
      this.view.map.triggerRepaint();
    }

    /* only the layers that show classes: outlines and marks of the same units do not change with a value */
    colour(tile, level, states) {
      const layer = tile.latestFeatureIndex?.rawTileData && tile.latestFeatureIndex.loadVTLayers()[level];
      if (!layer) return;
      for (const id of level === 'building' ? ['building-fill', 'building-3d'] : [`${level}-fill`])
        if (tile.buckets[id] && this.view.map.getLayer(id)) tile.buckets[id].update(states, layer, tile.imageAtlas?.patternPositions || {}, tile.dashPositions || {});
    }

    applyPublic(level) {
      for (const f of this.view.map.querySourceFeatures('unit', {sourceLayer: level}))
        this.view.map.setFeatureState({source: 'unit', sourceLayer: level, id: f.id}, {k: this.classOf(level, f.id)});
    }

    tileCame(tile) {
      for (const level of Object.keys(this.classes)) if (!tile || this.ids(tile, level).length) this.apply(level, tile);
    }
  };
})();
