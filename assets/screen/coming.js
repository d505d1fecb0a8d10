/* While not everything is in yet: the line under the header says what is being taken in, and goes once all is there. */
(() => {
  const ask = async () => {
    const line = document.getElementById('coming');
    if (line && !line.hidden && !document.hidden) {
      try {
        const progress = await (await fetch('/progress', {cache: 'no-store'})).json();
        line.hidden = progress.is_whole === true;
        const words = JSON.parse(line.dataset.words), step = document.getElementById('coming-step');
        if (step.textContent !== (words[progress.text] || '')) step.textContent = words[progress.text] || '';
      } catch { /* the server is busy or restarting: ask again */ }
    }
    setTimeout(ask, 1500);
  };
  addEventListener('load', () => setTimeout(ask, 1500));
})();
