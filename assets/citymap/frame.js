/* What stands around the map: buttons, compass, scale, attribution, cross-hair, notes and the spoken line. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const ICON = {
    in: 'M12 5v14M5 12h14', out: 'M5 12h14', fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
    north: 'M12 3l4.5 9h-9z', tilt: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5'
  };
  let count = 0;

  /* room kept free around a place; in a small map all of it is for the place */
  map.roomOf = (padding, canvas) => {
    const {left, right} = padding;
    return left === undefined || canvas.clientWidth > 2.4 * (left + right) ? padding : 16;
  };

  map.Frame = class {
    constructor(root, act) {
      Object.assign(this, {root, act});
      this.canvas = map.el('div', 'citymap-canvas', root);
      this.help = map.el('div', 'citymap-spoken', root, {id: `citymap-help-${++count}`});
      this.live = map.el('div', 'citymap-spoken', root, {'aria-live': 'polite'});
      this.cross = map.el('div', 'citymap-cross', root, {'aria-hidden': 'true'});
      this.card = new map.HoverCard(root);
      this.measured = map.el('div', 'citymap-measure', root, {hidden: '', role: 'status'});
      this.noted = map.el('div', 'citymap-note', root, {hidden: '', role: 'status'});
      const bar = this.bar = map.el('div', 'citymap-bar', root, {role: 'group'});
      this.zoomIn = this.button(bar, 'in', () => act('zoom', 1));
      this.zoomOut = this.button(bar, 'out', () => act('zoom', -1));
      this.north = this.button(bar, 'north', () => act('north'));
      this.tilt = this.button(bar, 'tilt', () => act('tilt'));
      this.fit = this.button(bar, 'fit', () => act('home'));
      const foot = map.el('div', 'citymap-foot', root);
      this.scale = map.el('div', 'citymap-scale', foot, {'aria-hidden': 'true'});
      this.source = map.el('div', 'citymap-source', foot);
    }

    button(parent, icon, press) {
      const b = map.el('button', `citymap-button citymap-${icon}`, parent, {type: 'button'});
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), path = document.createElementNS(svg.namespaceURI, 'path');
      svg.setAttribute('viewBox', '0 0 24 24'); svg.setAttribute('aria-hidden', 'true');
      path.setAttribute('d', ICON[icon]);
      svg.append(path); b.append(svg);
      b.addEventListener('click', press);
      return b;
    }

    update(props) {
      const w = key => map.word(props, key), name = (node, text) => { node.title = text; node.setAttribute('aria-label', text); };
      this.root.dataset.theme = props.theme === 'dark' ? 'dark' : 'light';
      this.root.lang = props.language === 'en' ? 'en' : 'zh-CN';
      this.root.setAttribute('role', 'region');
      this.root.setAttribute('aria-label', w('region'));
      this.help.textContent = w('instructions');
      name(this.zoomIn, w('zoomIn')); name(this.zoomOut, w('zoomOut')); name(this.north, w('north')); name(this.fit, w('fit'));
      name(this.tilt, w(this.isFlat ? props.mode3d ? 'noFloors' : 'floors' : props.mode3d ? 'to2d' : 'to3d'));
      this.tilt.setAttribute('aria-pressed', String(!!props.mode3d));
      this.source.textContent = props.attribution || '';
      this.words = props;
      if (this.noteKeys?.length) this.note(...this.noteKeys);
    }

    home() { this.act('home'); }
    say(text) { this.live.textContent = text; }
    /* words by their keys, one after the other; none takes the note away */
    note(...keys) {
      this.noteKeys = keys.filter(Boolean);
      this.noted.hidden = !this.noteKeys.length;
      this.noted.textContent = this.noteKeys.map(key => map.word(this.words || {}, key)).join(this.words?.language === 'en' ? ' ' : '');
    }
    measure(text) { this.measured.hidden = !text; this.measured.textContent = text; }

    moved(m) {
      this.north.firstChild.style.transform = `rotateX(${m.getPitch() * 0.7}deg) rotate(${-m.getBearing()}deg)`;
      this.drawScale(m.getCenter().lat, m.getZoom());
    }
    /* a round number of metres near 96 pixels, at the middle of the map */
    drawScale(lat, zoom) {
      const perPixel = 78271.517 * Math.cos(lat * Math.PI / 180) / 2 ** zoom, most = perPixel * 96;
      const power = 10 ** Math.floor(Math.log10(most)), nice = [5, 2, 1].find(n => n * power <= most) * power;
      this.scale.style.width = `${Math.round(nice / perPixel)}px`;
      this.scale.textContent = nice >= 1000 ? `${nice / 1000} km` : `${nice} m`;
    }
  };
})();
