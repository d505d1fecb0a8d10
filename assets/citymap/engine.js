/* The engine: MapLibre's Map and deck.gl's MapboxOverlay taken out of the pydeck bundle, once for the page.

   pydeck keeps both classes to itself, so a throw-away map is made through its createDeck: the overlay it builds is
   handed the map on load, and the two constructors are all we keep. (pydeck's own updateDeck recurses without end
   with MapLibre in 0.9.3; that is why its overlay is not used.)

   The page's policy allows no WebAssembly. The bundle loads after this file and has its own way without it, so it is
   told that there is none instead of being stopped while it tries. */
delete window.WebAssembly;
(() => {
  const chengshu = window.chengshu = window.chengshu || {};
  const map = chengshu.map = chengshu.map || {};
  let supported, engine;

  map.hasWebGL = () => {
    if (supported === undefined) {
      try {
        const gl = document.createElement('canvas').getContext('webgl2');
        supported = !!gl;
        gl?.getExtension('WEBGL_lose_context')?.loseContext();
      } catch { supported = false; }
    }
    return supported && typeof window.createDeck === 'function';
  };

  map.engine = () => engine ??= new Promise((resolve, reject) => {
    if (!map.hasWebGL()) return reject(new Error('no WebGL 2'));
    const probe = window.createDeck({
      container: document.createElement('div'), tooltip: null,
      jsonInput: {
        mapProvider: 'maplibre', mapStyle: {version: 8, sources: {}, layers: []},
        initialViewState: {longitude: 0, latitude: 0, zoom: 0}
      }
    });
    if (!probe) return reject(new Error('the map engine did not start'));
    probe.onRemove = () => {};
    probe.onAdd = m => {
      resolve({Map: m.constructor, Overlay: probe.constructor});
      setTimeout(() => m.remove());
      return document.createElement('div');
    };
  });

  map.calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  map.absolute = url => new URL(url, location.href).href.replace(/%7B/gi, '{').replace(/%7D/gi, '}');
  map.el = (tag, className, parent, attributes) => {
    const node = document.createElement(tag);
    node.className = className;
    for (const [k, v] of Object.entries(attributes || {})) node.setAttribute(k, v);
    parent?.append(node);
    return node;
  };
  /* prop may be one thing or {light, dark}: the pair lets the browser switch theme without the server */
  map.byTheme = (value, theme) => value && value.light && value.dark ? value[theme === 'dark' ? 'dark' : 'light'] : value;
})();
