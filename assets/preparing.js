/* The waiting page: ask how far it is; open the city once it is ready. Does nothing on any other page. */
(() => {
  const bar = () => document.getElementById('preparing-bar');
  const step = () => document.getElementById('preparing-step');
  const ask = async () => {
    if (!bar()) return;
    try {
      const progress = await (await fetch('/progress', {cache: 'no-store'})).json();
      if (progress.is_ready) return location.reload();
      bar().value = progress.share;
      const words = JSON.parse(step().dataset.words);
      step().textContent = `${Math.round(progress.share * 100)} %  ${words[progress.text] || ''}`;
    } catch { /* the server is busy or restarting: ask again */ }
    setTimeout(ask, 500);
  };
  document.addEventListener('DOMContentLoaded', ask);
})();
