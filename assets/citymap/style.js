/* From the server's style to the one on screen: colours of classes, level, 2D or 3D, language, our own sources.
   One pure function; MapLibre's style diff then does only what changed, and keeps tiles and feature-state. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const EMPTY = {type: 'FeatureCollection', features: []};
  const state = name => ['boolean', ['feature-state', name], false];

  const classColor = colors => {
    const ramp = colors.ramp || [];
    if (!ramp.length) return colors.nodata;
    return ['match', ['coalesce', ['feature-state', 'k'], 255], ...ramp.flatMap((c, i) => [i, c]), colors.nodata];
  };
  map.textField = language => {
    const [first, second] = (language === 'en' ? ['name_en', 'name_zh'] : ['name_zh', 'name_en']).map(n => ['coalesce', ['get', n], '']);
    return ['case', ['!=', first, ''], first, second];
  };

  const paintUnit = (layer, range, {colors, mode3d, dim}) => {
    const {role, level, neutral} = layer.metadata, value = classColor(colors);
    const show = on => { layer.layout = {...layer.layout, visibility: on ? 'visible' : 'none'}; };
    const zoomed = r => { if (r) { layer.minzoom = r.from; layer.maxzoom = r.to; } show(!!r); };
    if (role === 'fill') {
      zoomed(range(level));
      layer.paint['fill-color'] = value;
      if (dim) layer.paint['fill-opacity'] *= 0.3;
    } else if (role === 'outline') {
      const r = range(level);
      if (level !== 'city' && level !== 'district') {
        show(!!r);
        if (r) layer.minzoom = r.from;
      }
      if (level === 'grid' && r) layer.maxzoom = Math.max(r.to, 17);
    } else if (role === 'mark' || role === 'case') {
      layer.minzoom = map.TILE_ZOOM[level];
      if (role === 'mark') layer.paint['line-color'] = ['case', state('selected'), colors.selected, colors.hover];
    } else if (role === 'building' || role === 'building3d') {
      const from = range('building')?.from;
      // before buildings are the coloured level they are neutral context
      const tinted = from === undefined ? neutral : from <= 13 ? value : ['step', ['zoom'], neutral, from, value];
      if (role === 'building') {
        show(!mode3d);
        layer.paint['fill-color'] = tinted;
      } else {
        show(mode3d);
        const marked = v => ['case', state('selected'), colors.selected, state('hover'), colors.hover, v];
        // zoom may only stand outside a case expression
        layer.paint['fill-extrusion-color'] = from === undefined || from <= 13 ? marked(tinted)
          : ['step', ['zoom'], marked(neutral), from, marked(value)];
      }
    }
    return layer;
  };

  /* floors and drawings are sources of our own; their present data travels in the style so that a diff keeps it */
  const ownSources = own => ({
    floors: {type: 'geojson', data: own.floors || EMPTY, buffer: 0, tolerance: 0},
    drawing: {type: 'geojson', data: own.drawing || EMPTY}
  });
  const floorLayer = (colors, classes) => ({
    id: 'floor-3d', type: 'fill-extrusion', source: 'floors', metadata: {role: 'floor'},
    paint: {
      'fill-extrusion-color': ['case', ['boolean', ['get', 'picked'], false], colors.selected, state('hover'), colors.hover,
        colors.ramp?.length ? ['match', ['coalesce', ['get', 'class'], 255], ...colors.ramp.flatMap((c, i) => [i, c]), colors.nodata] : colors.nodata],
      'fill-extrusion-height': ['get', 'top'], 'fill-extrusion-base': ['get', 'base'],
      'fill-extrusion-vertical-gradient': false
    }
  });
  const drawingLayers = (colors, halo) => {
    const accent = colors.selected;
    const is = kind => ['==', ['get', 'part'], kind];
    return [
      {id: 'drawing-fill', type: 'fill', source: 'drawing', filter: is('area'), paint: {'fill-color': accent, 'fill-opacity': 0.14}},
      {id: 'drawing-swath', type: 'line', source: 'drawing', filter: is('swath'), layout: {'line-cap': 'round', 'line-join': 'round'},
        paint: {'line-color': accent, 'line-opacity': 0.18, 'line-width': ['interpolate', ['exponential', 2], ['zoom'], 0, ['get', 'w0'], 24, ['*', ['get', 'w0'], 2 ** 24]]}},
      {id: 'drawing-line', type: 'line', source: 'drawing', filter: ['in', ['get', 'part'], ['literal', ['area', 'line']]],
        layout: {'line-cap': 'round', 'line-join': 'round'}, paint: {'line-color': accent, 'line-width': 2.5}},
      {id: 'drawing-point', type: 'circle', source: 'drawing', filter: is('point'),
        paint: {'circle-radius': 5, 'circle-color': '#ffffff', 'circle-stroke-color': accent, 'circle-stroke-width': 2.5}}
    ];
  };

  /* overlays that are a colouring themselves: two at full strength could not be told apart */
  const COLOURING = new Set(['HeatmapLayer', 'H3HexagonLayer', 'HexagonLayer', 'GridLayer', 'ScreenGridLayer']);
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
      if (role) paintUnit(layer, range, {colors, mode3d: !!props.mode3d, dim: map.dims(props)});
    }
    const firstLabel = style.layers.findIndex(l => l.type === 'symbol');
    const extra = [floorLayer(colors), ...drawingLayers(colors)];
    style.layers.splice(firstLabel < 0 ? style.layers.length : firstLabel, 0, ...extra);
    return style;
  };
  map.colorsOf = props => ({
    ramp: [], nodata: '#c9ced4', selected: '#d6336c', hover: '#f08c00', ...map.byTheme(props.colors, props.theme)
  });
})();
