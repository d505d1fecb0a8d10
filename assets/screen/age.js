/* How old the newest reading is, in the header of every page; the map page says itself what came in (page.js). */
(() => {
  const page = ((window.chengshu = window.chengshu || {}).page = window.chengshu.page || {});
  const root = document.documentElement, POLL_MS = 30_000, SHOW_MS = 5_000, OLD_S = 2 * 3600 + 900;
  let newest, asked = 0;

  const text = (seconds, w) => seconds < 60 ? w.justNow : seconds < 3600 ? w.minutes.replace('{n}', Math.floor(seconds / 60))
    : seconds < 86400 ? w.hours.replace('{n}', Math.floor(seconds / 3600)) : w.days.replace('{n}', Math.floor(seconds / 86400));
  page.showAge = told => {
    const place = document.getElementById('data-age'), facts = place && JSON.parse(place.dataset.facts), w = facts?.words;
    if (told !== undefined) newest = told;
    if (!place || (newest ??= facts.newest) === null) return;
    const seconds = Date.now() / 1000 - newest, isOld = seconds > OLD_S, isOffline = root.classList.contains('is-offline');
    place.textContent = isOffline ? w.offline
      : seconds < -60 ? w.ahead.replace('{time}', window.chengshu_screen.clock(newest, facts.zone, facts.language, 'moment'))
      : w.age.replace('{age}', text(seconds, w)) + (isOld ? ` · ${w.stale}` : '');
    place.title = `${place.dataset.title ??= place.title}: ${window.chengshu_screen.clock(newest, facts.zone, facts.language, 'moment')}`;
    for (const too of document.querySelectorAll('.cs-age-too')) too.textContent = place.textContent;
    place.classList.toggle('is-stale', isOld && !isOffline);
  };
  const look = async () => {
    const place = document.getElementById('data-age');
    if (place && !document.hidden && !page.versions && Date.now() - asked > POLL_MS) {
      asked = Date.now();
      try {
        const answer = await fetch('/version', {cache: 'no-store'});
        if (answer.ok) newest = (await answer.json())[JSON.parse(place.dataset.facts).city]?.newest ?? newest;
      } catch { /* the next look asks again */ }
    }
    page.showAge();
    setTimeout(look, SHOW_MS);
  };
  const begin = () => document.getElementById('data-age') ? look() : setTimeout(begin, 200);
  addEventListener('load', begin);
})();
