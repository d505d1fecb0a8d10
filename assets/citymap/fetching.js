/* Asking the server: same origin only, one answer per address, patience while it restarts. */
(() => {
  const map = (window.chengshu = window.chengshu || {}).map ??= {};
  const WAIT = [400, 900, 2000, 4000, 8000];      // between tries; the last repeats

  const pause = (ms, signal) => new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, {once: true});
  });

  /* retries while the server is away (network error, 5xx, 429); 4xx is an answer and is thrown at once */
  map.ask = async (url, {signal, tries = 40} = {}) => {
    for (let n = 0; ; n++) {
      let response;
      try {
        response = await fetch(map.absolute(url), {signal, credentials: 'same-origin', priority: 'high'});
      } catch (error) {
        if (signal?.aborted || n + 1 >= tries) throw error;
      }
      if (response?.ok) return response;
      if (response && response.status < 500 && response.status !== 429) throw Object.assign(new Error(`${response.status} for ${url}`), {status: response.status});
      // 500 is a fault inside, not a restart: asking forever would not mend it
      if (response && n + 1 >= (response.status === 500 ? Math.min(3, tries) : tries)) throw Object.assign(new Error(`${response.status} for ${url}`), {status: response.status});
      await pause(WAIT[Math.min(n, WAIT.length - 1)], signal);
    }
  };
  map.askJSON = async (url, options) => (await map.ask(url, options)).json();

  /* class of each unit by seq - 1; the file may come as gzip bytes or already opened by the browser */
  map.askClasses = async (url, options) => {
    let bytes = new Uint8Array(await (await map.ask(url, options)).arrayBuffer());
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
      const opened = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
      bytes = new Uint8Array(await new Response(opened).arrayBuffer());
    }
    return bytes;
  };

  /* a small memory of answers, oldest out first */
  map.memory = (limit, load) => {
    const kept = new Map();
    return (key, options) => {
      if (kept.has(key)) {
        const hit = kept.get(key);
        kept.delete(key); kept.set(key, hit);
        return hit;
      }
      const answer = load(key, options);
      kept.set(key, answer);
      answer.catch(() => kept.delete(key));
      if (kept.size > limit) kept.delete(kept.keys().next().value);
      return answer;
    };
  };
})();
