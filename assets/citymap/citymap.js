/* CityMap as a Dash component: props in, events out; everything between is in the files beside this one. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const {createElement, useEffect, useRef} = window.React;

  class Host {
    constructor(root, props) {
      Object.assign(this, {root, props, home: props.camera});
      root.citymap = this.api = {version: 1, exportPng: info => this.picture(info), host: this};
      this.frame = new map.Frame(root, (what, n) => this.act(what, n));
      this.frame.update(props);
      const send = out => this.send(out);
      if (map.hasWebGL()) this.view = new map.GLMap(root, this.frame, props, send);
      else this.view = new map.SVGMap(root, this.frame, props, send);
    }
    send(out) { if (!this.closed) this.props.setProps?.(out); }

    update(props) {
      const old = this.props;
      this.props = props;
      this.frame.update(props);
      this.view.update(props);
      if (props.picture && props.picture.n !== old.picture?.n) this.picture(props.picture);
      if (props.home) this.home = props.home;
    }

    act(what, n) {
      const m = this.view.map;
      if (what === 'tilt') {
        // without a page that answers, the button still works
        const on = !this.props.mode3d;
        this.props = {...this.props, mode3d: on};
        this.frame.update(this.props); this.view.update(this.props);
        return this.send({mode3d: on});
      }
      if (!m) return;
      if (what === 'zoom') map.calm() ? m.jumpTo({zoom: m.getZoom() + n}) : m.easeTo({zoom: m.getZoom() + n, duration: 260});
      if (what === 'north') this.view.ease({bearing: 0, ...(m.getBearing() === 0 && {pitch: this.props.mode3d ? 52 : 0})});
      if (what === 'home') this.view.fly(this.props.home || this.home);
    }

    async picture(info = {}) {
      const image = await this.view.snapshot();
      const {theme, language, attribution} = this.props;
      const canvas = map.pictureOf(image, {source: attribution, ...info}, {theme, language, ratio: image.width / Math.max(1, this.frame.canvas.clientWidth)});
      return info.download === false ? canvas : map.download(canvas, info.name);
    }

    close() {
      this.closed = true;
      this.view.close();
      this.root.replaceChildren();
    }
  }
  function CityMap(given) {
    const root = useRef(), host = useRef(), first = useRef();
    // a page that knows what its first picture will be says so: colours that come later make every tile be read twice
    if (!given.colors && first.current === undefined) first.current = window.chengshu.page?.first?.(given) || null;
    const props = given.colors || !first.current ? given : {...given, ...first.current};
    useEffect(() => {
      host.current = new Host(root.current, props);
      return () => { host.current.close(); host.current = null; };
    }, []);
    useEffect(() => { if (host.current.props !== props) host.current.update(props); });
    const id = typeof props.id === 'object' ? JSON.stringify(props.id, Object.keys(props.id).sort()) : props.id;
    return createElement('div', {id, ref: root, style: props.style, className: `citymap ${props.className || ''}`});
  }
  window.chengshu_citymap = {CityMap};
})();
