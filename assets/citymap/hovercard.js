/* The card beside the pointer: name, value with its unit, level. Text only ever goes in as text, never as HTML. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};

  map.HoverCard = class {
    constructor(parent) {
      this.box = map.el('div', 'citymap-card', parent, {hidden: '', 'aria-hidden': 'true'});
      this.level = map.el('div', 'citymap-card-level', this.box);
      this.name = map.el('div', 'citymap-card-name', this.box);
      this.line = map.el('div', 'citymap-card-value', this.box);
      this.chip = map.el('i', 'citymap-card-chip', this.line);
      this.value = map.el('b', '', this.line);
      this.unit = map.el('span', '', this.line);
      this.title = map.el('div', 'citymap-card-title', this.box);
      this.load = map.memory(400, map.askJSON);
    }

    show(hit, point, props, k) {
      if (!hit || !point) return this.hide();
      const key = `${hit.layer || ''}/${hit.level}/${hit.seq ?? hit.code ?? hit.index}/${props.card?.url}/${props.language}`;
      this.place(point);
      this.box.hidden = false;
      if (key === this.key) return;
      this.key = key;
      clearTimeout(this.timer);
      const known = hit.properties || {}, card = props.card || {};
      this.write(props, {
        level: hit.level, name: map.nameOf(known, props.language) || this.floorName(hit, props), floor: hit.floor_no,
        value: known.value ?? known.count ?? undefined, k, title: card.title
      });
      if (!hit.seq || hit.layer || !card.url) return;
      const url = card.url.replaceAll('{level}', hit.level).replaceAll('{seq}', hit.seq);
      // a moving pointer asks for nothing; a resting one asks once
      this.timer = setTimeout(async () => {
        try {
          const found = await this.load(url, {tries: 2});
          if (this.key === key) this.write(props, {
            level: found.level || hit.level, name: map.nameOf(found, props.language), k, ...this.sign(found, hit, props)
          });
        } catch { /* the name and the colour stay; the value comes with the next rest */ }
      }, 60);
    }

    /* the vital sign in the answer; read at a coarser unit it says at which level */
    sign(found, hit, props) {
      const s = found.sign ?? found, title = props.card?.title || map.nameOf(found.sign, props.language);
      const coarser = found.sign?.level && found.sign.level !== hit.level ? ` · ${map.word(props, found.sign.level)}` : '';
      return {value: s.value ?? null, title: title + coarser, unit: found.sign?.unit, decimals: found.sign?.decimals};
    }
    floorName(hit) { return map.floorWord(hit.floor_no); }

    write(props, {level, name, value, k, title, unit, decimals}) {
      const colors = map.colorsOf(props), card = props.card || {};
      this.level.textContent = level ? map.word(props, level) : '';
      this.name.textContent = name || '—';
      const has = value !== undefined;
      this.line.hidden = !has && k >= 254;
      this.chip.style.background = colors.ramp[k] || colors.nodata;
      this.value.textContent = !has ? '' : value === null ? map.word(props, 'nodata') : map.formatNumber(value, props.language, card.decimals ?? decimals);
      this.unit.textContent = has && value !== null && (card.unit ?? unit) ? ` ${card.unit ?? unit}` : '';
      this.title.textContent = title || '';
      this.title.hidden = !title;
    }

    place({x, y}) {
      const {clientWidth: w, clientHeight: h} = this.box.parentElement;
      const left = x > w - 240 ? x - 16 - (this.box.offsetWidth || 200) : x + 16;
      const top = y > h - 140 ? y - 12 - (this.box.offsetHeight || 90) : y + 12;
      this.box.style.transform = `translate(${Math.round(Math.max(4, left))}px, ${Math.round(Math.max(4, top))}px)`;
    }
    hide() { this.box.hidden = true; this.key = null; clearTimeout(this.timer); }
  };
})();
