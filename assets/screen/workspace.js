/* The SQL workspace: Ctrl+Enter asks, an example or an older question goes into the editor, the file comes by a form. */
(() => {
  const $ = id => document.getElementById(id), set = (id, props) => window.dash_clientside.set_props(id, props);
  document.addEventListener('keydown', e => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.id === 'workspace-text') { e.preventDefault(); $('workspace-run').click(); }
  });
  document.addEventListener('click', async e => {
    const taken = e.target.closest?.('[data-sql]');
    if (taken) {
      set('workspace-text', {value: taken.dataset.sql});
      $('workspace-text').focus();
      return;
    }
    const button = e.target.closest?.('#workspace-csv');
    if (!button) return;
    button.disabled = true;
    try {
      const city = button.closest('.cs-workspace').dataset.city;
      const token = document.cookie.match(/(?:^|; )chengshu-csrf=([^;]*)/)?.[1] || '';
      const answer = await fetch(`/workspace/${encodeURIComponent(city)}.csv`, {method: 'POST', headers: {'X-CSRFToken': token}, body: new URLSearchParams({sql: $('workspace-text').value})});
      if (!answer.ok) {
        const problem = await answer.json();
        set('notices', {sendNotifications: [{action: 'show', id: 'workspace', color: 'red', title: problem.fact, message: problem.remedy}]});
        return;
      }
      const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(await answer.blob()),
        download: answer.headers.get('Content-Disposition')?.match(/filename="([^"]+)"/)?.[1] || 'question.csv'});
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    } finally { button.disabled = false; }
  });
})();
