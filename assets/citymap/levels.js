/* Which level is on the map at a zoom, and where each level's tiles begin (the same numbers as map_style_unit.py). */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const CHAIN = ['district', 'street', 'community', 'grid', 'building'];
  const AUTO = {district: 0, street: 10, community: 12, grid: 13, building: 14};
  const TILES = {district: 0, street: 9, community: 11, grid: 12, building: 13};

  map.LEVELS = CHAIN;
  map.TILE_ZOOM = TILES;

  /* [{level, from, to}]: zoom ranges in which each level is the coloured one */
  map.ranges = pinned => {
    const from = {...AUTO};
    let chain = CHAIN;
    if (CHAIN.includes(pinned)) {
      chain = CHAIN.slice(0, CHAIN.indexOf(pinned) + 1);
      for (const l of chain) from[l] = TILES[l];      // a pinned level is shown as soon as its tiles exist
    }
    return chain.map((level, i) => ({level, from: from[level], to: i + 1 < chain.length ? from[chain[i + 1]] : 24}));
  };
  map.levelAt = (zoom, pinned) => (map.ranges(pinned).findLast(r => zoom >= r.from) || {level: 'district'}).level;
})();
