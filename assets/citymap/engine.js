/* The engine: MapLibre's Map and deck.gl's MapboxOverlay taken out of the pydeck bundle, once for the page.

   pydeck keeps both classes to itself, so a throw-away map is made through its createDeck, and the two constructors are
   all we keep: the overlay is what createDeck returns; the map shows itself when it sets its first field of a name that
   we watch meanwhile. From then on the throw-away map draws nothing: its painter is never made, which saves a WebGL
   context, its shaders and a frame; its empty style starts the workers that the real map will use. (pydeck's own
   updateDeck recurses without end with MapLibre in 0.9.3; that is why its overlay is not used.)

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

  /* stands for any object and function: what is asked of it is itself */
  const nothing = new Proxy(function () {}, {get: (_, key) => key === Symbol.toPrimitive ? () => 0 : nothing, set: () => true, apply: () => nothing});

  const probe = () => {
    let shown;
    Object.defineProperty(Object.prototype, '_container', {
      configurable: true,
      set(value) {
        Object.defineProperty(this, '_container', {value, writable: true, configurable: true, enumerable: true});
        if (typeof this._setupPainter !== 'function' || shown) return;
        shown = this;
        this._setupPainter = () => { this.painter = nothing; };
        this.triggerRepaint = () => this;
      }
    });
    try {
      const overlay = window.createDeck({
        container: document.createElement('div'), tooltip: null,
        jsonInput: {mapProvider: 'maplibre', mapStyle: {version: 8, sources: {}, layers: []}, initialViewState: {longitude: 0, latitude: 0, zoom: 0}}
      });
      return {overlay, shown};
    } finally { delete Object.prototype._container; }
  };

  map.engine = () => engine ??= new Promise((resolve, reject) => {
    if (!map.hasWebGL()) return reject(new Error('no WebGL 2'));
    const {overlay, shown} = probe();
    if (!overlay || !shown) return reject(new Error('the map engine did not start'));
    resolve({Map: shown.constructor, Overlay: overlay.constructor});
    setTimeout(() => { try { shown.remove(); } catch { /* it never was a whole map */ } }, 10_000);       // once the real map holds the workers
  });
  // the bundle comes after this file: the workers start while the page is still being put together (of /map: screen/first.js)
  addEventListener('DOMContentLoaded', () => { if (location.pathname === '/') map.engine().catch(() => { /* said by the map itself */ }); });

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
