/* A flat camera with the few methods of MapLibre's Map that drawing, camera groups and the frame use. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const TILE = 512;
  const worldX = lon => (lon + 180) / 360;
  const worldY = lat => 0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI);
  const lonOf = x => x * 360 - 180;
  const latOf = y => Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360 / Math.PI - 90;
  const pair = (lng, lat) => ({lng, lat, toArray: () => [lng, lat]});

  map.mercator = {worldX, worldY};
  map.SVGCamera = class {
    constructor(svg, camera) {
      Object.assign(this, {svg, x: worldX(camera.lon ?? 0), y: worldY(camera.lat ?? 0), zoom: camera.zoom ?? 9, heard: {}});
      this.doubleClickZoom = {enabled: true, enable() { this.enabled = true; }, disable() { this.enabled = false; }};
      if (camera.bounds) this.fit(camera.bounds, camera.padding ?? 24);
    }
    get width() { return this.svg.clientWidth || 400; }
    get height() { return this.svg.clientHeight || 300; }
    get scale() { return TILE * 2 ** this.zoom; }

    on(name, tell) { (this.heard[name] ||= []).push(tell); return this; }
    off(name, tell) { this.heard[name] = (this.heard[name] || []).filter(t => t !== tell); }
    fire(name, event = {}) { for (const tell of [...(this.heard[name] || [])]) tell(event); }

    getCanvas() { return this.svg; }
    getContainer() { return this.svg; }
    getZoom() { return this.zoom; }
    getPitch() { return 0; }
    getBearing() { return 0; }
    getCenter() { return pair(lonOf(this.x), latOf(this.y)); }
    getBounds() {
      const a = this.unproject({x: 0, y: this.height}), b = this.unproject({x: this.width, y: 0});
      return {toArray: () => [[a.lng, a.lat], [b.lng, b.lat]]};
    }
    project([lon, lat]) {
      return {x: this.width / 2 + (worldX(lon) - this.x) * this.scale, y: this.height / 2 + (worldY(lat) - this.y) * this.scale};
    }
    unproject({x, y}) {
      return pair(lonOf(this.x + (x - this.width / 2) / this.scale), latOf(this.y + (y - this.height / 2) / this.scale));
    }

    jumpTo({center, zoom}, event = {}) {
      if (center) { const [lon, lat] = center.toArray ? center.toArray() : center; this.x = worldX(lon); this.y = worldY(lat); }
      if (zoom !== undefined) this.zoom = Math.max(3, Math.min(19, zoom));
      this.fire('move', event);
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.fire('moveend', event), 120);
    }
    easeTo(to) { this.jumpTo(to); }
    panBy(dx, dy) { this.x += dx / this.scale; this.y += dy / this.scale; this.jumpTo({}); }
    /* the point under the pointer stays under it */
    zoomAt(point, zoom) {
      const before = this.unproject(point);
      this.zoom = Math.max(3, Math.min(19, zoom));
      const after = this.unproject(point);
      this.x += worldX(before.lng) - worldX(after.lng); this.y += worldY(before.lat) - worldY(after.lat);
      this.jumpTo({});
    }
    fit([w, s, e, n], padding = 32) {
      const room = map.roomOf(padding, this.svg), p = typeof room === 'number' ? {left: room, right: room, top: room, bottom: room} : room;
      const wide = worldX(e) - worldX(w), high = worldY(s) - worldY(n);
      this.zoom = Math.min(18, Math.log2(Math.min((this.width - p.left - p.right) / wide, (this.height - p.top - p.bottom) / high) / TILE));
      this.x = (worldX(w) + worldX(e)) / 2 - (p.left - p.right) / 2 / this.scale;
      this.y = (worldY(s) + worldY(n)) / 2 - (p.top - p.bottom) / 2 / this.scale;
    }
  };
})();
