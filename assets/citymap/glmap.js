/* The map with WebGL: MapLibre for the city, deck.gl for overlays, kept in step with the component's props. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);
  const STYLED = ['mapStyle', 'colors', 'theme', 'language', 'level', 'mode3d', 'layers', 'building'];      // what map.compose reads
  const RETRY_MS = [600, 1500, 3000, 6000];

  map.GLMap = class {
    constructor(el, frame, props, send) {
      Object.assign(this, {el, frame, props, send, own: {}, closed: false, failures: 0});
      this.values = new map.Values(this);
      this.started = performance.now();
      this.askEarly(props);
      map.engine().then(engine => this.closed || this.start(engine)).catch(error => this.report(error));
    }

    start({Map, Overlay}) {
      const {props} = this, camera = props.camera || {};
      this.Overlay = Overlay;
      const view = camera.bounds ? {bounds: camera.bounds, fitBoundsOptions: {padding: map.roomOf(camera.padding ?? 24, this.frame.canvas)}}
        : {center: [camera.lon ?? 0, camera.lat ?? 0], zoom: camera.zoom ?? 9};
      const m = this.map = this.frame.canvas.map = new Map({
        container: this.frame.canvas, style: map.compose(props, this.own), ...view,
        pitch: camera.pitch ?? (props.mode3d ? 52 : 0), bearing: camera.bearing ?? 0,
        maxPitch: 78, maxZoom: 20.5, attributionControl: false, fadeDuration: 0,        // the first names stand at once; later ones fade in
        // the style comes from our own tested functions; checking it again costs a quarter of the first paint
        validateStyle: false, renderWorldCopies: false, cancelPendingTileRequestsWhileZooming: true
      });
      map.spareStart(this);
      this.askEarly(props);
      m.getCanvas().setAttribute('aria-label', map.word(props, 'region'));
      m.getCanvas().setAttribute('aria-describedby', this.frame.help.id);
      this.markTimes(m);
      m.on('sourcedata', e => { if (e.sourceId === 'unit' && e.tile) this.values.tileCame(e.tile); });
      m.on('zoom', () => this.levelCame());
      m.on('zoomend', () => this.values.refresh());
      m.on('idle', () => this.values.ahead());
      m.on('moveend', () => this.sendView());
      m.on('move', () => this.frame.moved(m));
      m.on('error', e => this.failed(e));
      m.on('styledata', () => { if (this.marked) { this.marked.restore(); map.spareMarks(m.style, this.marked); } });
      m.once('style.load', () => {
        this.marked = new map.Marks(this);
        map.spareMasks(m.painter);
        map.spareMarks(m.style, this.marked);
        this.building = new map.Building(this);
        this.drawing = new map.Drawing(this);
        this.overlay = new map.Overlay(this);
        this.pointer = new map.Pointer(this);
        // what the page said while the first style was loading
        if (STYLED.some(k => !same(props[k], this.props[k]))) this.restyle();
        this.leaveGroup = map.joinGroup(this.props.sync, m);
        this.values.refresh();
        this.marked.select(this.props.selected);
        this.building.show(this.props.building);
        this.drawing.use(this.props.tool, this.props.toolOptions);
        this.overlay.show(this.props.layers);
        this.frame.moved(m);
        this.send({ready: true, webgl: true});
        this.sendView();
      });
    }

    /* the first colours are asked for while the engine and the style are still loading */
    askEarly(props) {
      const zoom = this.map ? this.map.getZoom() : props.camera?.zoom;
      const url = zoom === undefined ? null : props.values?.[map.levelAt(zoom, props.level)]?.url;
      if (url) this.values.load(url).catch(() => {});       // asked again, and reported, when it is needed
    }

    markTimes(m) {
      const rested = () => {
        if (this.isHeld) return;             // at rest with nothing drawn yet: it waits for its colours
        m.off('idle', rested);
        performance.mark('citymap:painted');
        m._fadeDuration = map.calm() ? 0 : 180;
        m.painted = this.el.dataset.painted = Math.round(performance.now());
        this.el.citymap.paint_ms = performance.now() - this.started;
        this.el.classList.add('is-painted');
        this.el.dispatchEvent(new CustomEvent('citymap:painted'));
      };
      m.on('idle', rested);
    }

    /* ask for a level's values as soon as the zoom reaches it, not when it rests */
    levelCame() {
      const level = map.levelAt(this.map.getZoom(), this.props.level);
      if (level !== this.seenLevel) { this.seenLevel = level; this.values.refresh(); }
    }

    /* what the bench reads: the last repaint and all of them */
    measure(times) {
      this.el.citymap.repaint = times;
      this.el.citymap.repaints = [...(this.el.citymap.repaints || []).slice(-199), times];
      this.el.dataset.repaintMs = times.total_ms.toFixed(1);
      performance.measure('citymap:repaint', {start: performance.now() - times.total_ms, end: performance.now()});
    }
    afterPaint(done) { this.map.once('render', () => done()); this.map.triggerRepaint(); }

    update(props) {
      const old = this.props;
      this.props = props;
      const m = this.map;
      if (!m || !this.marked) return this.askEarly(props);
      const changed = (...keys) => keys.some(k => !same(old[k], props[k]));
      const newStyle = old.mapStyle !== props.mapStyle && changed('mapStyle');
      if (newStyle || changed('colors', 'theme', 'language', 'level', 'mode3d') || map.dims(old) !== map.dims(props) || !old.building?.url !== !props.building?.url) this.restyle();
      if (changed('mode3d') && !changed('camera')) this.tilt(props.mode3d);
      if (changed('camera')) this.fly(props.camera);
      if (changed('values', 'level')) this.values.refresh();
      if (changed('selected')) this.marked.select(props.selected);
      if (changed('building')) this.building.show(props.building);
      if (changed('layers', 'theme')) this.overlay.show(props.layers);
      if (changed('tool', 'toolOptions')) this.drawing.use(props.tool, props.toolOptions);
      if (changed('sync')) { this.leaveGroup?.(); this.leaveGroup = map.joinGroup(props.sync, m); }
      if (changed('level')) this.sendView();
      this.frame.moved(m);
    }

    restyle() { this.map.setStyle(map.compose(this.props, this.own), {diff: true, validate: false}); }

    /* data of our own GeoJSON sources, remembered for the next restyle; with nothing in them they have no tiles at all */
    setOwn(source, data) {
      const had = this.own[source]?.features.length > 0, has = data.features.length > 0;
      this.own[source] = data;
      if (had !== has) this.restyle();
      else if (has) this.map.getSource(source)?.setData(data);
    }

    tilt(on) { this.ease({pitch: on ? Math.max(this.map.getPitch(), 52) : 0, bearing: on ? this.map.getBearing() || -18 : 0}); }
    ease(to) { map.calm() ? this.map.jumpTo(to) : this.map.easeTo({duration: 500, ...to}); }
    fly(camera) {
      if (!camera) return;
      const m = this.map;
      const pose = {};
      for (const name of ['pitch', 'bearing', 'maxDuration']) if (camera[name] !== undefined) pose[name] = camera[name];
      if (camera.bounds) {
        const [w, s, e, n] = camera.bounds;
        const to = m.cameraForBounds([[w, s], [e, n]], {padding: map.roomOf(camera.padding ?? this.props.home?.padding ?? 32, this.frame.canvas), maxZoom: camera.maxZoom ?? 18, ...pose});
        if (to) this.move({...to, ...pose});
      } else this.move({...(camera.lon !== undefined && {center: [camera.lon, camera.lat]}), ...(camera.zoom !== undefined && {zoom: camera.zoom}), ...pose});
    }
    move(to) { map.calm() || this.props.camera?.jump ? this.map.jumpTo(to) : this.map.flyTo({maxDuration: 1400, ...to}); }

    sendView() {
      if (this.closed || !this.marked) return;
      const m = this.map, round = (v, n) => +v.toFixed(n);
      const view = {
        center: m.getCenter().toArray().map(v => round(v, 6)), zoom: round(m.getZoom(), 3), pitch: round(m.getPitch(), 1),
        bearing: round(m.getBearing(), 1), bounds: m.getBounds().toArray().flat().map(v => round(v, 6)),
        level: map.levelAt(m.getZoom(), this.props.level)
      };
      if (same(view, this.lastView)) return;
      this.send({view: this.lastView = view});
    }

    /* a server that restarts: say so, ask again for what is missing, say nothing once it is back */
    failed(event) {
      const status = event.error?.status;
      if (!event.sourceId && !event.tile && !event.source) { if (event.error) this.report(event.error); return; }
      if (status >= 400 && status < 500 && status !== 429) return;
      this.frame.note('failed');
      if (this.retry || this.closed) return;
      this.retry = setTimeout(() => {
        this.retry = null;
        if (this.closed) return;
        let missing = 0;
        for (const [id, manager] of Object.entries(this.map.style?.tileManagers || {})) {
          const broken = manager._inViewTiles?.getAllTiles().filter(t => t.state === 'errored') || [];
          missing += broken.length;
          if (broken.length) this.map.refreshTiles(id, broken.map(t => t.tileID.canonical));
        }
        missing ? this.failures++ : (this.failures = 0);
        this.map.once('idle', () => { if (!this.retry) this.frame.note(null); });
      }, RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
    }
    report(error) { if (!this.closed && error?.name !== 'AbortError') console.warn('citymap:', error?.message || error); }

    snapshot() { return map.snapshot(this); }

    close() {
      this.closed = true;
      clearTimeout(this.retry);
      this.leaveGroup?.();
      for (const part of [this.pointer, this.drawing, this.building, this.overlay]) part?.close?.();
      this.map?.remove();
    }
  };
})();
