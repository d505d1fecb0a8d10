/* Lengths and areas on the WGS 84 ellipsoid (Vincenty 1975; area by the authalic sphere), pairs are [lon, lat]. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const A = 6378137, F = 1 / 298.257223563, B = A * (1 - F), E2 = F * (2 - F), E = Math.sqrt(E2), RAD = Math.PI / 180;

  /* metres between two points; antipodes, which Vincenty cannot do, fall back to the sphere */
  const inverse = ([lon1, lat1], [lon2, lat2]) => {
    const L = (lon2 - lon1) * RAD, U1 = Math.atan((1 - F) * Math.tan(lat1 * RAD)), U2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
    const s1 = Math.sin(U1), c1 = Math.cos(U1), s2 = Math.sin(U2), c2 = Math.cos(U2);
    let lambda = L, was;
    for (let i = 0; i < 100; i++) {
      const sl = Math.sin(lambda), cl = Math.cos(lambda);
      const ss = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      if (!ss) return 0;
      const cs = s1 * s2 + c1 * c2 * cl, sigma = Math.atan2(ss, cs), sa = c1 * c2 * sl / ss, ca2 = 1 - sa * sa;
      const cm = ca2 ? cs - 2 * s1 * s2 / ca2 : 0, C = F / 16 * ca2 * (4 + F * (4 - 3 * ca2));
      was = lambda;
      lambda = L + (1 - C) * F * sa * (sigma + C * ss * (cm + C * cs * (2 * cm * cm - 1)));
      if (Math.abs(lambda - was) < 1e-12) {
        const u2 = ca2 * (A * A - B * B) / (B * B);
        const a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2))), b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
        const d = b * ss * (cm + b / 4 * (cs * (2 * cm * cm - 1) - b / 6 * cm * (4 * ss * ss - 3) * (4 * cm * cm - 3)));
        return B * a * (sigma - d);
      }
    }
    const h = Math.sin((lat2 - lat1) * RAD / 2) ** 2 + Math.cos(lat1 * RAD) * Math.cos(lat2 * RAD) * Math.sin(L / 2) ** 2;
    return 2 * 6371008.8 * Math.asin(Math.sqrt(h));
  };

  /* the point a distance away under an azimuth in degrees */
  const direct = ([lon, lat], azimuth, distance) => {
    const a1 = azimuth * RAD, tU = (1 - F) * Math.tan(lat * RAD), cU = 1 / Math.sqrt(1 + tU * tU), sU = tU * cU;
    const sigma1 = Math.atan2(tU, Math.cos(a1)), sa = cU * Math.sin(a1), ca2 = 1 - sa * sa, u2 = ca2 * (A * A - B * B) / (B * B);
    const a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2))), b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
    let sigma = distance / (B * a), ss, cs, cm;
    for (let i = 0; i < 100; i++) {
      cm = Math.cos(2 * sigma1 + sigma); ss = Math.sin(sigma); cs = Math.cos(sigma);
      const d = b * ss * (cm + b / 4 * (cs * (2 * cm * cm - 1) - b / 6 * cm * (4 * ss * ss - 3) * (4 * cm * cm - 3)));
      const next = distance / (B * a) + d;
      if (Math.abs(next - sigma) < 1e-12) break;
      sigma = next;
    }
    const x = sU * ss - cU * cs * Math.cos(a1);
    const lat2 = Math.atan2(sU * cs + cU * ss * Math.cos(a1), (1 - F) * Math.hypot(sa, x));
    const lambda = Math.atan2(ss * Math.sin(a1), cU * cs - sU * ss * Math.cos(a1));
    const C = F / 16 * ca2 * (4 + F * (4 - 3 * ca2));
    return [lon + (lambda - (1 - C) * F * sa * (sigma + C * ss * (cm + C * cs * (2 * cm * cm - 1)))) / RAD, lat2 / RAD];
  };

  const q = s => (1 - E2) * (s / (1 - E2 * s * s) - Math.log((1 - E * s) / (1 + E * s)) / (2 * E));
  const QP = q(1), R2 = A * A * QP / 2;
  const vector = ([lon, lat]) => [Math.cos(lat * RAD) * Math.cos(lon * RAD), Math.cos(lat * RAD) * Math.sin(lon * RAD), Math.sin(lat * RAD)];
  /* an edge is the shortest way, not a straight line in degrees: points along its great circle */
  const along = (p, r, n = 16) => {
    const a = vector(p), b = vector(r), points = [p];
    for (let i = 1; i < n; i++) {
      const [x, y, z] = a.map((v, k) => v + (b[k] - v) * i / n);
      points.push([Math.atan2(y, x) / RAD, Math.atan2(z, Math.hypot(x, y)) / RAD]);
    }
    return [...points, r];
  };
  /* area of one ring in m², on the sphere of equal area */
  const ringArea = ring => {
    let sum = 0;
    ring.forEach((corner, i) => {
      const points = along(corner, ring[(i + 1) % ring.length]);
      for (let j = 1; j < points.length; j++) {
        const [x1, y1] = points[j - 1], [x2, y2] = points[j];
        const s1 = q(Math.sin(y1 * RAD)) / QP, s2 = q(Math.sin(y2 * RAD)) / QP, sm = q(Math.sin((y1 + y2) / 2 * RAD)) / QP;
        sum += (x2 - x1) * RAD * (s1 + 4 * sm + s2) / 6;
      }
    });
    return Math.abs(sum * R2);
  };
  const pathLength = points => points.slice(1).reduce((m, p, i) => m + inverse(points[i], p), 0);
  const circle = (center, radius, n = 72) => {
    const ring = Array.from({length: n}, (_, i) => direct(center, 360 - i * 360 / n, radius));
    return [...ring, ring[0]];
  };
  map.geodesy = {distance: inverse, destination: direct, ringArea, pathLength, circle};
})();
