/* An opened building without WebGL: its floors as a stack of bars at the side of the map, each in the colour of its class.

   Pulled apart (explode) the bars keep their height and the gaps between them grow, as far as the map is high. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const WIDE = 148, BAR = 62, SIDE = 62, TOP = 12, FOOT = 74, HEAD = 26;      // pixels; FOOT leaves room for note and source
  const MOST = 22, LABEL = 11;                                             // tallest row; the height that a name needs

  map.floorWord = n => n === undefined || n === null ? '' : n < 0 ? `B${-n}` : `${n}F`;

  map.SVGFloors = class {
    constructor(view, place) { Object.assign(this, {view, place}); this.load = map.memory(16, map.askJSON); }

    async show(prop) {
      const {view} = this, old = this.prop;
      this.prop = prop;
      if (!prop?.url) { this.answer = null; return this.draw(); }
      if (old?.url !== prop.url || !this.answer) {
        try {
          const answer = await this.load(prop.url);
          if (this.prop?.url !== prop.url || view.closed) return;
          this.answer = answer;
        } catch (error) { console.warn('citymap:', error.message); return; }
        if (prop.focus !== false && old?.seq !== prop.seq) this.focus();
      }
      this.draw();
    }

    /* the building comes into view, as the other map turns its camera to it */
    focus() {
      const points = map.footprint(this.answer).flat(2), {map: m} = this.view;
      if (!points.length) return;
      const mid = k => (Math.min(...points.map(p => p[k])) + Math.max(...points.map(p => p[k]))) / 2;
      m.jumpTo({center: [mid(0), mid(1)], zoom: Math.max(m.getZoom(), 16)});
    }

    /* where the stack stands; null while none is open */
    box() {
      const {width, height} = this.view.map;
      return this.answer && {x: width - SIDE - WIDE, y: TOP, width: WIDE, height: Math.max(80, height - TOP - FOOT)};
    }

    draw() {
      this.place.replaceChildren();
      const box = this.box();
      if (!box) return;
      const {props} = this.view, floors = [...this.answer.floors || this.answer.slabs || []].sort((a, b) => b.floor_no - a.floor_no);
      const full = Math.min(MOST, (box.height - HEAD - 8) / Math.max(1, floors.length));
      const tall = full * 0.62, row = tall + (full - tall) * Math.min(1, this.prop.explode ?? 0), every = Math.ceil(LABEL / row);
      const high = HEAD + row * floors.length + 6, y = box.y;
      map.svgNode('rect', this.place, {...box, height: high, rx: 10, class: 'citymap-stack'});
      this.text(map.nameOf(this.answer, props.language) || map.word(props, 'building'), box.x + 10, y + 14, {'font-weight': 600, 'font-size': 12}, WIDE - 20);
      floors.forEach((floor, i) => this.bar(floor, box.x + 10, y + HEAD + i * row, {row, tall, isNamed: i % every === 0 || floor.code === this.prop.picked}));
    }

    bar(floor, x, y, {row, tall, isNamed}) {
      const {props} = this.view, colors = map.colorsOf(props), isPicked = floor.code === this.prop.picked;
      const bar = map.svgNode('path', this.place, {d: `M${x + 34},${y}h${BAR}v${tall}h${-BAR}Z`, fill: colors.ramp[floor.class ?? 255] || colors.nodata,
        stroke: isPicked ? colors.selected : 'none', 'stroke-width': 2.4, role: 'button'});
      const {code, floor_no} = floor;
      bar.hit = {level: 'floor', code, floor_no, properties: floor};
      const value = Number.isFinite(floor.value) ? map.formatNumber(floor.value, props.language, props.card?.decimals) : '';
      bar.setAttribute('aria-label', `${map.nameOf(floor, props.language) || map.floorWord(floor_no)} ${value}`.trim());
      if (!isNamed) return;
      const size = {'font-size': Math.min(11.5, Math.max(9, row)), ...(isPicked && {'font-weight': 700})};
      this.text(map.floorWord(floor_no), x, y + tall / 2, size);
      this.text(value, x + 40 + BAR, y + tall / 2, size);
    }

    text(words, x, y, more, most) {
      const t = map.svgNode('text', this.place, {x, y, 'dominant-baseline': 'central', 'pointer-events': 'none', class: 'citymap-stack-word', ...more});
      t.textContent = words;
      while (most && words.length > 3 && t.getComputedTextLength() > most) t.textContent = `${words = words.slice(0, -1)}…`;
    }
  };
})();
