/* A frame without what nobody sees: where a processor stands in for the graphics card, this is most of a frame.

   MapLibre writes the masks that keep each tile's shapes inside the tile anew whenever the next layer comes from
   another source, hidden layers included. Our two tile sources have the same tiles, so one writing serves both. The
   outlines of marks run along every border of every unit with a width of nothing until one is pointed at or chosen.
   Where MapLibre's inside is not as expected (another version), it draws as it always does. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};

  const START_MS = 1200;        // from then on a part of the city is better than none

  /* masks: none for a hidden layer, and none where those of the same tiles stand already */
  map.spareMasks = painter => {
    const write = painter?._renderTileClippingMasks;
    if (typeof write !== 'function') return;
    painter._renderTileClippingMasks = function (layer, tiles, ...rest) {
      if (layer.isHidden(this.transform.zoom)) return;
      const standing = this._tileClippingMaskIDs;
      if (this.currentStencilSource !== undefined && layer.isTileClipped() && tiles?.length === Object.keys(standing).length && tiles.every(tile => tile.key in standing))
        this.currentStencilSource = layer.source;
      else write.call(this, layer, tiles, ...rest);
    };
  };

  /* no picture before there is all of it: tiles, the places of names, colours; or what came of them by then */
  map.spareStart = view => {
    const {map: m, values} = view, {painter} = m, draw = painter?.render, until = performance.now() + START_MS;
    if (typeof draw !== 'function') return;
    view.isHeld = true;
    painter.render = function (...of) {
      this.style = of[0];                   // tiles that come meanwhile ask the painter for it
      const isWhole = m.isStyleLoaded() && !m._placementDirty && !Object.keys(values.wait).length;
      if (!isWhole && performance.now() < until) return;
      delete painter.render;
      view.isHeld = false;
      performance.mark('citymap:first-frame');
      draw.apply(this, of);
    };
    setTimeout(() => m._removed || m.triggerRepaint(), START_MS);
  };

  /* outlines of marks: hidden while no unit of their level is marked */
  map.spareMarks = (style, marked) => {
    for (const layer of Object.values(style?._layers || {})) {
      const {role, level} = layer.metadata || {};
      if ((role !== 'mark' && role !== 'case') || Object.hasOwn(layer, 'isHidden')) continue;
      const isHidden = layer.isHidden;
      layer.isHidden = function (...of) { return !marked.has(level) || isHidden.apply(this, of); };
    }
  };
})();
