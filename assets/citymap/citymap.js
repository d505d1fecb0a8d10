/* CityMap as a Dash component: props in, events out; everything between is in the files beside this one. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const {createElement, useEffect, useRef} = window.React;

  function CityMap(given) {
    const root = useRef(), host = useRef(), first = useRef();
    // a page that knows what its first picture will be says so: colours that come later make every tile be read twice
    if (!given.colors && first.current === undefined) first.current = window.chengshu.page?.first?.(given) || null;
    const props = given.colors || !first.current ? given : {...given, ...first.current};
    useEffect(() => {
      // a map that is there already, begun before the page was (screen/first.js), moves in
      host.current = window.chengshu.page?.begun?.(root.current, props) || new map.Host(root.current, props);
      return () => { host.current.close(); host.current = null; };
    }, []);
    useEffect(() => { if (host.current.props !== props) host.current.update(props); });
    const id = typeof props.id === 'object' ? JSON.stringify(props.id, Object.keys(props.id).sort()) : props.id;
    return createElement('div', {id, ref: root, style: props.style, className: `citymap ${props.className || ''}`});
  }
  window.chengshu_citymap = {CityMap};
})();
