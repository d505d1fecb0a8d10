/* One map in one place: its frame, its drawing (WebGL or SVG) and its buttons, whoever gives it what it shows. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};

  map.Host = class {
    constructor(root, props) {
      Object.assign(this, {root, props, home: props.camera});
      root.citymap = this.api = {version: 1, exportPng: info => this.picture(info), host: this};
      this.frame = new map.Frame(root, (what, n) => this.act(what, n));
      this.frame.update(props);
      const send = out => this.send(out);
      if (map.hasWebGL()) this.view = new map.GLMap(root, this.frame, props, send);
      else this.view = new map.SVGMap(root, this.frame, props, send);
    }
    /* a map that is there before its page keeps what it has to say */
    send(out) {
      if (this.closed) return;
      if (this.props.setProps) this.props.setProps(out); else this.kept = {...this.kept, ...out};
    }

    /* the same map in the place that the page has made for it */
    move(root, props) {
      const {root: old, kept} = this;
      for (const {name, value} of old.attributes) if (!['id', 'class', 'style'].includes(name)) root.setAttribute(name, value);
      root.classList.toggle('is-painted', old.classList.contains('is-painted'));
      root.append(...old.childNodes);
      old.remove();
      root.citymap = this.api;
      this.root = this.frame.root = this.view.el = root;
      this.kept = null;
      this.update(props);
      if (kept) this.send(kept);
      return this;
    }

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
  };
})();
