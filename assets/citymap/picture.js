/* The map as a PNG file, with its legend, time and source written into it so that it explains itself when forwarded. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const FONT = 'system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

  /* info: {title, legend: [{color, label}], time, source} → canvas */
  map.pictureOf = (image, info, {theme, ratio, language}) => {
    const dark = theme === 'dark', ink = dark ? '#e3eaf2' : '#26313d', soft = dark ? '#a3b0bf' : '#5a6673';
    const canvas = document.createElement('canvas'), c = canvas.getContext('2d'), s = n => Math.round(n * ratio);
    const width = canvas.width = image.width, pad = s(16);
    c.font = `${s(13)}px ${FONT}`;
    const items = (info.legend || []).map(({color, label}) => ({color, label: String(label), w: s(20) + c.measureText(String(label)).width + s(16)}));
    const rows = [[]];
    let x = pad;
    for (const item of items) {
      if (x + item.w > width - pad && rows.at(-1).length) { rows.push([]); x = pad; }
      rows.at(-1).push(item); x += item.w;
    }
    const band = s(items.length ? 62 : 40) + (rows.length - 1) * s(22) + (items.length ? 0 : 0);
    canvas.height = image.height + band;
    c.fillStyle = dark ? '#0d1218' : '#ffffff';
    c.fillRect(0, 0, width, canvas.height);
    c.drawImage(image, 0, 0);
    c.textBaseline = 'middle';
    let y = image.height + s(20);
    c.fillStyle = ink; c.font = `600 ${s(14)}px ${FONT}`;
    c.fillText(String(info.title || ''), pad, y);
    c.fillStyle = soft; c.font = `${s(12)}px ${FONT}`; c.textAlign = 'right';
    c.fillText([info.time, info.source].filter(Boolean).join('  ·  '), width - pad, y);
    c.textAlign = 'left'; c.font = `${s(13)}px ${FONT}`;
    if (items.length) for (const row of rows) {
      y += s(24); x = pad;
      for (const item of row) {
        c.fillStyle = item.color; c.fillRect(x, y - s(7), s(14), s(14));
        c.fillStyle = ink; c.fillText(item.label, x + s(20), y);
        x += item.w;
      }
    }
    return canvas;
  };

  map.download = (canvas, name) => new Promise(resolve => canvas.toBlob(blob => {
    const a = document.createElement('a');
    a.href = URL.createObjectURL(blob);
    a.download = /\.png$/i.test(name || '') ? name : `${name || 'map'}.png`;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 4000);
    resolve(blob);
  }, 'image/png'));

  /* the drawing buffer is only readable inside the frame that drew it */
  map.snapshot = view => new Promise(resolve => {
    view.map.once('render', () => {
      const source = view.map.getCanvas(), copy = document.createElement('canvas');
      copy.width = source.width; copy.height = source.height;
      copy.getContext('2d').drawImage(source, 0, 0);
      resolve(copy);
    });
    view.map.triggerRepaint();
  });
})();
