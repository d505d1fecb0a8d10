/* The few words the map itself says; a page may override any of them with the prop "labels". */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const WORDS = {
    zh: {
      region: '城市地图', instructions: '方向键平移，加减号缩放，Page Up 与 Page Down 倾斜，Shift 加 Page 键旋转，回车选中十字处的单元。',
      zoomIn: '放大', zoomOut: '缩小', north: '朝北', to3d: '切换三维', to2d: '切换二维', fit: '回到全城',
      noWebGL: '无 WebGL：以平面图形显示，数据与选择相同。', softHeat: '热力以柔和圆点表示。', partDrawn: '仅绘出最近的图形。',
      floors: '展开楼层', noFloors: '收起楼层', loading: '地图加载中…', failed: '地图暂时取不到数据，正在重试…',
      nodata: '无数据', selected: '已选中', length: '长度', area: '面积', radius: '半径',
      draw: '点击添加点，双击或回车结束，Esc 取消，退格删除上一点；空格在十字处加点。',
      city: '城市', district: '行政区', street: '街道', community: '社区', grid: '网格', building: '楼宇', floor: '楼层'
    },
    en: {
      region: 'City map', instructions: 'Arrow keys pan, plus and minus zoom, Page Up and Page Down tilt, Shift with them turns, Enter selects the unit at the cross-hair.',
      zoomIn: 'Zoom in', zoomOut: 'Zoom out', north: 'Face north', to3d: 'Show in 3D', to2d: 'Show in 2D', fit: 'Whole city',
      noWebGL: 'No WebGL: plain shapes, same data and selection.', softHeat: 'Heat is drawn as soft circles.', partDrawn: 'Only the nearest are drawn.',
      floors: 'Show floors', noFloors: 'Hide floors', loading: 'Loading the map…', failed: 'The map cannot reach its data; trying again…',
      nodata: 'no data', selected: 'Selected', length: 'Length', area: 'Area', radius: 'Radius',
      draw: 'Click to add a point, double-click or Enter to end, Esc to cancel, Backspace removes the last; Space adds one at the cross-hair.',
      city: 'City', district: 'District', street: 'Street', community: 'Community', grid: 'Grid', building: 'Building', floor: 'Floor'
    }
  };
  map.word = (props, key) => props.labels?.[key] ?? WORDS[props.language === 'en' ? 'en' : 'zh'][key] ?? key;

  map.formatNumber = (value, language, decimals) => {
    if (value === null || value === undefined || !Number.isFinite(+value)) return '—';
    return new Intl.NumberFormat(language === 'en' ? 'en' : 'zh-CN', {
      minimumFractionDigits: decimals ?? 0, maximumFractionDigits: decimals ?? 2
    }).format(value);
  };
  map.formatLength = (m, language) => m < 1000 ? `${map.formatNumber(m, language, m < 10 ? 1 : 0)} m`
    : `${map.formatNumber(m / 1000, language, m < 1e5 ? 2 : 1)} km`;
  map.formatArea = (m2, language) => m2 < 1e5 ? `${map.formatNumber(m2, language, 0)} m²`
    : `${map.formatNumber(m2 / 1e6, language, m2 < 1e7 ? 3 : 2)} km²`;
})();
