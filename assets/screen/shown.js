/* From the view to what the maps are given; pure, no server asked. */
(() => {
  const page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  const screen = ((window.dash_clientside = window.dash_clientside || {}).screen = window.dash_clientside.screen || {});
  const LEVELS = ['city', 'district', 'street', 'community', 'grid', 'building', 'floor'];
  const AUTO = {city: 8, district: 9, street: 10.2, community: 12.2, grid: 13.2, building: 14.6, floor: 16.4};
  const NEXT = {district: 9.9, street: 11.9, community: 12.9, grid: 13.9};
  const no = () => window.dash_clientside.no_update;
  const rank = level => LEVELS.indexOf(level);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  page.LEVELS = LEVELS;
  page.theme = () => document.documentElement.dataset.mantineColorScheme === 'light' ? 'light' : 'dark';

  screen.view = (indicator, level, by, show, mode3d, compare, indicator2, behind) =>
    ({indicator, level, by, show, mode3d: !!mode3d, compare, indicator2, behind: +behind || 86400});

  /* the level that is coloured: never finer than the indicator is reported */
  const levelProp = (wanted, native) => wanted !== 'auto' ? LEVELS[Math.min(rank(wanted), rank(native), rank('building'))]
    : rank(native) >= rank('building') ? 'auto' : native;

  const finerLevel = (view, mapView, native) => view.level !== 'auto' ? rank(view.level) > rank(native)
    : mapView && rank(window.chengshu.map.levelAt(mapView.zoom, 'auto')) > rank(native);

  /* the level that the user pinned, as far as it is reported; '' where the level follows the zoom */
  const pinnedLevel = (view, native) => view.level === 'auto' ? '' : levelProp(view.level, native);

  screen.scope = (mapView, view, selection, facts, old) => {
    if (!mapView || !view || !facts) return no();
    const native = facts.indicators[view.indicator].native;
    const scope = {level: LEVELS[Math.min(rank(mapView.level), rank(native))], finer: !!finerLevel(view, mapView, native), show: view.show, pinned: pinnedLevel(view, native)};
    // the slabs of an opened building have classes of their own
    if (view.mode3d && selection?.building && native === 'floor') scope.opened = selection.building.code;
    return same(scope, old) ? no() : scope;
  };

  /* points are one level finer than what is on the screen, as app/map/overlays.py level_of says */
  const pointsLevel = (level, native, pinned) => {
    const finer = rank(level) < rank('grid') ? Math.max(rank(level) + 1, rank('street')) : rank(level);
    return LEVELS[Math.min(rank(level) < rank('grid') && pinned ? Math.min(finer, rank(pinned)) : finer, rank(native))];
  };

  /* breaksOf: the time whose classes these are, null where they are of their own time */
  const address = (facts, indicator, level, at, by, version, breaksOf) =>
    `/values/${facts.city}/${indicator}/${level}/${at ?? 'latest'}.bin?by=${by}&v=${version}${breaksOf === null ? '' : `&breaks_of=${breaksOf}`}`;
  const query = (indicator, at, by, version, more = '') => `indicator=${indicator}${at === null ? '' : `&at=${at}`}&by=${by}&v=${version}${more}`;

  const layersOf = (facts, view, indicator, at, level, version, colors, dark) => {
    if (view.show === 'choropleth') return [];
    const flat = color => [1, 3, 5].map(k => parseInt(color.slice(k, k + 2), 16)), native = facts.indicators[indicator].native;
    const ramp = colors.ramp.map(flat), unit = view.show === 'points' ? pointsLevel(level, native, pinnedLevel(view, native))
      : view.show === 'flow' && level !== 'district' ? 'street' : level;
    const data = `/overlay/${facts.city}/${view.show}.json?${query(indicator, at, view.by, version, `&level=${unit}${view.show === 'flow' ? '&most=160' : ''}`)}`;
    const color = `@@=${ramp.slice(0, -1).map((c, k) => `class == ${k} ? [${c}] : `).join('')}[${ramp.at(-1)}]`;
    const id = name => `${name}-${facts.city}`;
    if (view.show === 'points') return [{'@@type': 'ScatterplotLayer', id: id('points'), data, pickable: true, unitLevel: unit, getPosition: '@@=position', getFillColor: color, stroked: true,
      getLineColor: dark ? [12, 18, 25, 220] : [255, 255, 255, 230], lineWidthMinPixels: 1, radiusUnits: 'pixels', getRadius: {district: 13, street: 8, community: 5.5, grid: 4.5}[unit] || 3.5}];
    // heat takes the colours of the classes, so that the legend holds for it whatever else is in the picture
    if (view.show === 'heat') return [{'@@type': 'HeatmapLayer', id: id('heat'), data, getPosition: '@@=position', getWeight: '@@=class + 0.5', colorDomain: [0.5, ramp.length], aggregation: 'MEAN',
      radiusPixels: (rank(native) > rank('street') ? {district: 50, street: 50}[unit] : {district: 90, street: 60}[unit]) || 60, colorRange: ramp.map(c => [...c, 215]), opacity: 0.85}];
    if (view.show === 'hex') return [{'@@type': 'H3HexagonLayer', id: id('hex'), data, pickable: true, getHexagon: '@@=hex', getFillColor: color, getElevation: '@@=class', extruded: !!view.mode3d,
      elevationScale: {district: 700, street: 400, community: 120, grid: 50}[unit] || 20, opacity: 0.8, stroked: true, getLineColor: dark ? [12, 18, 25] : [255, 255, 255], lineWidthMinPixels: 1}];
    const from = flat(dark ? '#6db3ff' : '#0b5fc4'), to = flat(dark ? '#ff5c9a' : '#c2255c');
    return [{'@@type': 'ArcLayer', id: id('flow'), data, pickable: true, getSourcePosition: '@@=source', getTargetPosition: '@@=target', getSourceColor: [...from, 150], getTargetColor: [...to, 170],
      getWidth: '@@=count', widthScale: at === null ? 0.00006 : 0.0006, widthMinPixels: 1, widthMaxPixels: 5, getHeight: 0.3}];
  };

  const picture = (facts, view, indicator, at, versions, selection, explode, theme, breaksOf = null) => {
    const known = facts.indicators[indicator], native = known.native, colors = facts.ramps[known.colors[view.by]], version = versions?.values ?? 0;
    const level = levelProp(view.level, native), levels = LEVELS.slice(1, Math.min(rank(native), rank('building')) + 1);
    const values = Object.fromEntries(levels.map(l => [l, {url: address(facts, indicator, l, at, view.by, version, breaksOf), classes: colors.light.ramp.length}]));
    // points, heat and hexagons stand on a neutral city: on areas of their own colours they could not be seen
    const areas = ['points', 'heat', 'hex'].includes(view.show) ? {} : values;
    const shown = page.scope?.level && rank(page.scope.level) <= rank(native) ? page.scope.level : levels.at(-1);
    const layers = layersOf(facts, view, indicator, at, shown === 'city' ? 'district' : shown, version, colors[theme], theme === 'dark');
    const items = (selection?.items || []).map(({level, seq, code}) => ({level, seq, code}));
    const b = selection?.building;
    const building = b && view.mode3d ? {url: `/floors/${facts.city}/${b.code}.json?${query(indicator, at, view.by, version)}`, seq: b.seq, explode: (explode || 0) / 100, picked: b.picked} : null;
    const card = {url: `/unit/${facts.city}/{level}/{seq}.json?${query(indicator, at, view.by, version)}`, title: known.name, unit: known.unit, decimals: known.decimals};
    return [areas, colors, level, layers, items, building, card];
  };

  const held = (id, name) => window.dash_component_api?.getLayout(id)?.props?.[name];

  /* what the first map will be given, before the first callback runs: the same function over what the layout holds */
  page.first = (props, at = held) => {
    const facts = at('facts', 'data'), indicator = at('indicator', 'data');
    if (props.id !== 'map' || !facts?.indicators[indicator]) return null;
    const view = screen.view(indicator, at('level-control', 'value'), at('by-control', 'value'), at('show-control', 'value'), props.mode3d, 'off');
    const [values, colors, level] = picture(facts, view, indicator, at('time-bar', 'value') ?? null, at('versions', 'data'), null, 0, page.theme());
    return {values, colors, level};
  };

  screen.shown = (view, at, selection, versions, explode, scope, facts) => {
    if (!view || !facts) return Array(7).fill(no());
    if (!page.facts && facts.tab) { page.hold(); page.showTab(facts.tab); }
    page.facts = facts; page.scope = scope;
    document.getElementById('explode-place').hidden = !(selection?.building && view.mode3d);
    return picture(facts, view, view.indicator, at ?? null, versions, selection, explode, page.theme());
  };

  screen.second = (map, view, at, selection, versions, scope, reader, axis, facts) => {
    if (!map || !view || !facts || view.compare === 'off') return Array(9).fill(no());
    let indicator = view.indicator, when = at ?? null, breaksOf = null;
    if (view.compare === 'indicator') indicator = view.indicator2;
    else {
      // one scale for both times: the classes of the map on the left
      breaksOf = when ?? 'latest';
      when = (when ?? axis?.times?.at(-1) ?? Math.floor(Date.now() / 1000)) - view.behind;
    }
    return [...picture(facts, view, indicator, when, versions, selection, 0, reader.theme, breaksOf), view.mode3d, reader.theme];
  };

  /* where the camera goes to show a unit so that the level below it can be seen */
  page.cameraFor = ({bounds, level, height: tall}, mode3d, pinned = false) => {
    if (level === 'city' && page.facts?.defaults.home) return page.facts.defaults.home;
    const [w, s, e, n] = bounds, box = document.getElementById('map'), {clientWidth: width, clientHeight: height} = box;
    const y = lat => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI);
    const room = 0.86, zoom = Math.min(Math.log2(width * room / 512 / Math.max((e - w) / 360, 1e-9)), Math.log2(height * room / 512 / Math.max(y(n) - y(s), 1e-9)));
    // a tall building stands up from the middle of a tilted picture: farther away the taller it is
    if (mode3d && rank(level) >= rank('building')) return {lon: (w + e) / 2, lat: (s + n) / 2, zoom: Math.min(17.5, 17.6 - Math.log2(Math.max(tall || 20, 20) / 90))};
    const below = AUTO[LEVELS[Math.min(rank(level) + 1, 6)]];
    // not so near that the level below is passed over
    const next = pinned ? 18 : NEXT[LEVELS[Math.min(rank(level) + 1, 6)]] ?? 18;
    return {lon: (w + e) / 2, lat: (s + n) / 2, zoom: Math.min(next, level === 'city' ? zoom : Math.max(zoom, below))};
  };
  /* a second click goes in, never out: a building is centred, a larger area stays as it is */
  const nearer = (camera, {n, fly}) => {
    const zoom = document.getElementById('map')?.citymap?.host.view.map?.getZoom();
    if (page.goingIn !== n || zoom === undefined || !(camera.zoom < zoom)) return camera;
    return rank(fly.level) >= rank('building') ? {...camera, zoom} : no();
  };
  screen.camera = (selection, view) => selection?.fly
    ? nearer(page.cameraFor(selection.fly, view?.mode3d, view?.level !== 'auto'), selection) : no();
})();
