/* Camera groups: maps that share a name move as one, for two indicators or two times side by side. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const groups = new Map();

  /* returns the function that leaves the group */
  map.joinGroup = (name, m) => {
    if (!name) return null;
    const group = groups.get(name) || groups.set(name, new Set()).get(name);
    const pose = from => ({center: from.getCenter(), zoom: from.getZoom(), pitch: from.getPitch(), bearing: from.getBearing()});
    const [elder] = group;
    if (elder) m.jumpTo(pose(elder), {led: true});
    group.add(m);
    const lead = e => {
      if (e.led) return;                    // moved by the group itself
      for (const other of group) if (other !== m) other.jumpTo(pose(m), {led: true});
    };
    m.on('move', lead);
    return () => { m.off('move', lead); group.delete(m); if (!group.size) groups.delete(name); };
  };
})();
