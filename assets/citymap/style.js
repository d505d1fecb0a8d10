/* From the server's style to the one on screen: colours of classes, level, 2D or 3D, language, our own sources.
   One pure function; MapLibre's style diff then does only what changed, and keeps tiles and feature-state. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const EMPTY = {type: 'FeatureCollection', features: []};
  const EDGE = 0.01;          // zoom levels in which a line comes or goes
  const state = name => ['boolean', ['feature-state', name], false];

  /* class 254 (or none yet) is "not coloured now", 255 is "no data" */
  const classColor = (colors, neutral) => {
    const ramp = colors.ramp || [], plain = neutral || colors.nodata;
    return ['match', ['coalesce', ['feature-state', 'k'], 254], ...ramp.flatMap((c, i) => [i, c]), 254, plain, colors.nodata];
  };
  /* A tilted map mixes tiles of several zooms, and a layer's own zoom range is asked of each tile: so the range is
     wider than the level's, and opacity, which is asked of the camera, does the switching. */
  const only = (r, opacity) => ['step', ['zoom'], r.from > 0 ? 0 : opacity, ...(r.from > 0 ? [r.from, opacity] : []), ...(r.to < 24 ? [r.to, 0] : [])];
  /* a curve over the zoom, nothing outside a range: a layer that ends by its opacity can share its tiles' lines with others */
  const within = ([kind, how, input, ...stops], from, to) => {
    const pairs = [], at = zoom => {
      const i = pairs.findIndex(([z]) => z >= zoom);
      if (i < 1) return (pairs[i] || pairs.at(-1))[1];
      const [[a, low], [b, high]] = [pairs[i - 1], pairs[i]];
      return low + (high - low) * (zoom - a) / (b - a);
    };
    for (let i = 0; i < stops.length; i += 2) pairs.push([stops[i], stops[i + 1]]);
    const inner = pairs.filter(([zoom]) => zoom > from && zoom < to);
    return [kind, how, input, ...[...(from > 0 ? [[from - EDGE, 0], [from, at(from)]] : []), ...inner, ...(to < 24 ? [[to, at(to)], [to + EDGE, 0]] : [])].flat()];
  };
  map.textField = language => {
    const [first, second] = (language === 'en' ? ['name_en', 'name_zh'] : ['name_zh', 'name_en']).map(n => ['coalesce', ['get', n], '']);
    return ['case', ['!=', first, ''], first, second];
  };

  const paintUnit = (layer, range, {colors, mode3d, dim, opened}) => {
    const {role, level, neutral} = layer.metadata;
    const show = on => { layer.layout = {...layer.layout, visibility: on ? 'visible' : 'none'}; };
    if (role === 'fill') {
      const r = range(level), opacity = layer.paint['fill-opacity'] * (dim ? 0.3 : 1);
      show(!!r);
      if (r) {
        layer.minzoom = Math.max(map.TILE_ZOOM[level], r.from - 2); layer.maxzoom = Math.min(24, r.to + 1);
        layer.paint['fill-opacity'] = r.from > 0 || r.to < 24 ? only(r, opacity) : opacity;
      }
      layer.paint['fill-color'] = classColor(colors);
    } else if (role === 'outline') {
      // same layout and zooms as the marks of the level: MapLibre makes the lines of a tile once for all three
      const r = range(level), always = level === 'city' || level === 'district';
      show(always || !!r);
      if (level !== 'city') layer.minzoom = map.TILE_ZOOM[level];
      if (!always && r) layer.paint['line-opacity'] = within(layer.paint['line-opacity'], r.from, level === 'grid' ? Math.max(r.to, 17) : 24);
    } else if (role === 'mark' || role === 'case') {
      show(true);
      layer.minzoom = map.TILE_ZOOM[level];
      if (role === 'mark') layer.paint['line-color'] = ['case', state('selected'), colors.selected, colors.hover];
    } else if (role === 'building' || role === 'building3d') {
      const value = classColor(colors, neutral);
      if (role === 'building') {
        show(!mode3d);
        layer.paint['fill-color'] = value;
      } else {
        show(mode3d);
        // an opened building stands among pale ghosts, or its neighbours would hide it
        layer.paint['fill-extrusion-color'] = ['case', state('selected'), colors.selected, state('hover'), colors.hover, opened ? neutral : value];
        if (opened) layer.paint['fill-extrusion-opacity'] = 0.28;
      }
    }
    return layer;
  };

  /* floors and drawings are sources of our own; their present data travels in the style so that a diff keeps it */
  const ownSources = own => ({
    floors: {type: 'geojson', data: own.floors || EMPTY, buffer: 0, tolerance: 0},
    drawing: {type: 'geojson', data: own.drawing || EMPTY}
  });
  const visible = data => ({visibility: data?.features.length ? 'visible' : 'none'});
  const floorLayer = (colors, data) => ({
    id: 'floor-3d', type: 'fill-extrusion', source: 'floors', metadata: {role: 'floor'}, layout: visible(data),
    paint: {
      'fill-extrusion-color': ['case', ['boolean', ['get', 'picked'], false], colors.selected, state('hover'), colors.hover,
        colors.ramp?.length ? ['match', ['coalesce', ['get', 'class'], 255], ...colors.ramp.flatMap((c, i) => [i, c]), colors.nodata] : colors.nodata],
      'fill-extrusion-height': ['get', 'top'], 'fill-extrusion-base': ['get', 'base'],
      'fill-extrusion-vertical-gradient': false
    }
  });
  const drawingLayers = (colors, data) => {
    const accent = colors.selected, round = {'line-cap': 'round', 'line-join': 'round', ...visible(data)};
    const is = kind => ['==', ['get', 'part'], kind];
    return [
      {id: 'drawing-fill', type: 'fill', source: 'drawing', filter: is('area'), layout: visible(data), paint: {'fill-color': accent, 'fill-opacity': 0.14}},
      {id: 'drawing-swath', type: 'line', source: 'drawing', filter: is('swath'), layout: round,
        paint: {'line-color': accent, 'line-opacity': 0.18, 'line-width': ['interpolate', ['exponential', 2], ['zoom'], 0, ['get', 'w0'], 24, ['*', ['get', 'w0'], 2 ** 24]]}},
      {id: 'drawing-line', type: 'line', source: 'drawing', filter: ['in', ['get', 'part'], ['literal', ['area', 'line']]],
        layout: round, paint: {'line-color': accent, 'line-width': 2.5}},
      {id: 'drawing-point', type: 'circle', source: 'drawing', filter: is('point'), layout: visible(data),
        paint: {'circle-radius': 5, 'circle-color': '#ffffff', 'circle-stroke-color': accent, 'circle-stroke-width': 2.5}}
    ];
  };

  /* overlays that the colouring under them would drown: two at full strength could not be told apart */
  const COLOURING = new Set(['HeatmapLayer', 'H3HexagonLayer', 'HexagonLayer', 'GridLayer', 'ScreenGridLayer', 'ArcLayer']);
  map.dims = props => (props.layers || []).some(l => COLOURING.has(l['@@type']));

  map.compose = (props, own = {}) => {
    const base = map.byTheme(props.mapStyle, props.theme);
    const colors = map.colorsOf(props);
    const ranges = map.ranges(props.level);
    const range = level => ranges.find(r => r.level === level);
    const style = structuredClone(base);
    for (const source of Object.values(style.sources)) {
      if (source.tiles) source.tiles = source.tiles.map(map.absolute);     // workers have no page address to start from
      if (typeof source.data === 'string') source.data = map.absolute(source.data);
    }
    Object.assign(style.sources, ownSources(own));
    const names = map.textField(props.language);
    for (const layer of style.layers) {
      const {role, names: named} = layer.metadata || {};
      if (named) layer.layout = {...layer.layout, 'text-field': names};
      if (role) paintUnit(layer, range, {colors, mode3d: !!props.mode3d, dim: map.dims(props), opened: !!props.building?.url});
    }
    const tall = style.layers.findIndex(l => l.metadata?.role === 'building3d');
    style.layers.splice(tall + 1 || style.layers.length, 0, ...drawingLayers(colors, own.drawing));
    // slabs before the ghosts: drawn after them they would be hidden by the depth the ghosts leave
    style.layers.splice(tall < 0 ? style.layers.length : tall, 0, floorLayer(colors, own.floors));
    return style;
  };
  map.colorsOf = props => ({
    ramp: [], nodata: '#c9ced4', selected: '#d6336c', hover: '#f08c00', ...map.byTheme(props.colors, props.theme)
  });
})();
