/* placeholder until below */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  map.SVGMap = class {
    constructor(el, frame, props, send) { frame.note('noWebGL'); send({ready: true, webgl: false}); }
    update() {} fly() {} close() {}
  };
})();
