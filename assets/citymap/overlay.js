/* deck.gl layers over the city, from pydeck.Layer JSON: points, heat, hexagons, arcs.

   Data addresses are fetched here, not by deck: one retry policy, no worker script from elsewhere, no surprise.
   (deck's MVTLayer would ask a CDN for its worker; tiles belong to MapLibre.) */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const FLAT = new Set(['HeatmapLayer', 'H3HexagonLayer', 'HexagonLayer', 'GridLayer', 'PolygonLayer', 'GeoJsonLayer', 'ScatterplotLayer']);
  let converter;

  map.toLayers = json => {
    converter ??= new deck.JSONConverter({configuration: {classes: deck}});
    return converter.convert({layers: json}).layers.filter(Boolean);
  };

  map.Overlay = class {
    constructor(view) { this.view = view; this.load = map.memory(24, map.askJSON); }

    async show(layers) {
      const turn = this.turn = {}, {view} = this;
      if (!layers?.length && !this.control) return;
      const ready = await Promise.all((layers || []).map(async l => {
        if (typeof l.data !== 'string' || l.data.startsWith('@@')) return l;
        try { return {...l, data: await this.load(l.data)}; } catch (error) { view.report(error); return null; }
      }));
      if (this.turn !== turn || view.closed) return;
      if (!this.control) view.map.addControl(this.control = new view.Overlay({interleaved: true, layers: []}));
      const order = view.map.getStyle().layers, tall = order.findIndex(l => l.id === 'building-3d');
      const label = order.slice(tall + 1).find(l => l.type === 'symbol')?.id;
      try {
        this.control.setProps({layers: map.toLayers(ready.filter(Boolean).map(l => ({
          ...l,
          // under the names, unless it has height or asks otherwise
          ...(FLAT.has(l['@@type']) && !l.extruded && label && {beforeId: label}),
          updateTriggers: Object.fromEntries(Object.entries(l).filter(([k]) => k.startsWith('get')).map(([k, v]) => [k, JSON.stringify(v)]))
        })))});
      } catch (error) { view.report(error); }
    }

    pick(point) {
      if (!this.control?._deck?.isInitialized) return null;
      const hit = this.control.pickObject({x: point.x, y: point.y, radius: 4});
      if (!hit?.object) return null;
      const o = hit.object, p = o.properties || o;
      return {
        layer: hit.layer.id, index: hit.index, properties: p,
        ...(p.code && {code: p.code}), ...(p.seq && {seq: p.seq}),
        ...((p.level || hit.layer.props.unitLevel) && {level: p.level || hit.layer.props.unitLevel})
      };
    }
    close() { this.turn = null; }
  };
})();
