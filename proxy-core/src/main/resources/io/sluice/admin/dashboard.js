'use strict';
// Asks /stats once a second, and shows the differences. All text goes in as text: nothing a client sent becomes markup.
(() => {
  const PERIOD_MILLIS = 1000;
  const WAIT_MILLIS_MAX = 4000;
  const POINTS = 120;
  const QUANTILE_SAMPLES = 10;
  const TOKEN = 'sluice-token';
  const byId = id => document.getElementById(id);
  const history = { rps: [], errors: [], p99: [], throughput: [] };
  const samples = [];
  let failures = 0;
  let paused = false;

  // ---- words and numbers ----

  const count = n => n >= 1e6 ? (n / 1e6).toFixed(2) + ' M' : n >= 1e4 ? (n / 1e3).toFixed(1) + ' k'
      : n >= 100 || Number.isInteger(n) ? Math.round(n).toString() : n.toFixed(1);
  const bytes = n => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit++; }
    return (unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + ' ' + units[unit];
  };
  const duration = millis => millis === null ? '–' : millis === 0 ? '0 ms' : millis < 1 ? millis.toFixed(2) + ' ms' : millis < 10 ? millis.toFixed(1) + ' ms'
      : millis < 1000 ? Math.round(millis) + ' ms' : millis < 60000 ? (millis / 1000).toFixed(1) + ' s'
      : millis < 3600000 ? Math.floor(millis / 60000) + ' min ' + Math.floor(millis / 1000 % 60) + ' s'
      : Math.floor(millis / 3600000) + ' h ' + Math.floor(millis / 60000 % 60) + ' min';
  // What is nearly all or nearly nothing must not look like all or nothing.
  const percent = share => (share > 0 && share < 0.1 ? Math.max(0.1, share * 100).toFixed(1)
      : share < 1 && share > 0.9 ? Math.min(99.9, share * 100).toFixed(1) : Math.round(share * 100)) + ' %';
  const put = (id, text) => { const at = byId(id); if (at.textContent !== text) at.textContent = text; };

  // ---- pictures ----

  function spark(id, values) {
    const svg = byId(id);
    const max = Math.max(...values, 1e-9);
    const x = i => ((i + POINTS - values.length) * 100 / (POINTS - 1)).toFixed(2);
    const points = values.map((value, i) => x(i) + ',' + (29 - 27 * value / max).toFixed(2)).join(' ');
    if (!svg.firstChild) {
      svg.setAttribute('viewBox', '0 0 100 30');
      svg.setAttribute('preserveAspectRatio', 'none');
      for (const [tag, name] of [['polygon', 'area'], ['polyline', 'line']]) {
        const shape = document.createElementNS('http://www.w3.org/2000/svg', tag);
        shape.setAttribute('class', name);
        svg.append(shape);
      }
    }
    svg.children[0].setAttribute('points', x(0) + ',30 ' + points + ' 100,30');
    svg.children[1].setAttribute('points', points);
  }

  function note(name, value) {
    history[name].push(value);
    if (history[name].length > POINTS) history[name].shift();
    spark(name + '-spark', history[name]);
  }

  /** Columns are [title, value of a row, 'number' or nothing, class of a row]. */
  function table(id, columns, rows, nothing) {
    const head = document.createElement('thead');
    const titles = head.insertRow();
    for (const [title, , kind] of columns) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = title;
      cell.className = kind || '';
      titles.append(cell);
    }
    const body = document.createElement('tbody');
    for (const row of rows) {
      const line = body.insertRow();
      for (const [, value, kind, mark] of columns) {
        const cell = line.insertCell();
        cell.textContent = value(row);
        cell.className = ((kind || '') + ' ' + (mark ? mark(row) : '')).trim();
      }
    }
    if (rows.length === 0) {
      const cell = body.insertRow().insertCell();
      cell.colSpan = columns.length;
      cell.className = 'empty';
      cell.textContent = nothing;
    }
    byId(id).replaceChildren(head, body);
  }

  // ---- what is shown ----

  /** The time below which a share of the requests between two samples stayed, in milliseconds; null = there were none. */
  function quantile(share, before, after) {
    const counts = after.durations.map((n, i) => n - before.durations[i]);
    const total = counts.reduce((a, b) => a + b, 0);
    if (total <= 0) return null;
    let wanted = share * total;
    for (let i = 0; i < counts.length; i++) {
      if (wanted <= counts[i] && counts[i] > 0) {
        const bounds = after.durationBoundsMillis;
        const low = i === 0 ? 0 : bounds[i - 1];
        // Nothing is known of how far beyond the last bound it was.
        return i === bounds.length ? low : low + (bounds[i] - low) * wanted / counts[i];
      }
      wanted -= counts[i];
    }
    return null;
  }

  const sum = object => Object.values(object).reduce((a, b) => a + b, 0);
  const inAll = stats => stats.bytesIn + stats.live.bytesIn;
  const outAll = stats => stats.bytesOut + stats.live.bytesOut;
  const zeroAll = stats => stats.zeroCopyBytes + stats.live.zeroCopyBytes;

  function show(now) {
    const last = samples[samples.length - 1];
    // The server keeps an answer for a moment.
    if (last && now.atMillis === last.atMillis) return;
    if (last && (now.upMillis < last.upMillis || now.requests < last.requests)) samples.length = 0;
    samples.push(now);
    if (samples.length > QUANTILE_SAMPLES + 1) samples.shift();
    const before = samples[samples.length - 2];
    if (before) rates(before, now, (now.atMillis - before.atMillis) / 1000);
    put('uptime', 'up ' + duration(now.upMillis) + ', ' + count(now.requests) + ' requests');
    put('rps-more', count(now.active) + ' in flight, ' + count(now.clients) + ' clients connected');
    put('on-client', count(now.live.blockedOnClient));
    put('on-backend', count(now.live.blockedOnBackend));
    endpoints(now);
    pools(now, before);
    live(now);
    failuresOf(now);
    reload(now.reload);
  }

  function rates(before, now, seconds) {
    const per = value => Math.max(0, value(now) - value(before)) / seconds;
    const requests = per(stats => stats.requests);
    const failed = per(stats => sum(stats.errors));
    put('rps', count(requests));
    note('rps', requests);
    put('errors', count(failed) + ' /s');
    byId('errors').classList.toggle('alarm', failed > 0);
    note('errors', failed);
    put('errors-more', (requests > 0 ? percent(Math.min(1, failed / requests)) + ' of requests, ' : '')
        + count(per(stats => stats.codes[5])) + ' answers 5xx /s, ' + count(per(stats => stats.retries)) + ' retries /s');
    for (const [id, share] of [['p50', 0.5], ['p90', 0.9], ['p99', 0.99]]) {
      const value = quantile(share, samples[0], now);
      const beyond = value === now.durationBoundsMillis[now.durationBoundsMillis.length - 1];
      put(id, (beyond ? '≥ ' : '') + duration(value));
      if (id === 'p99') note('p99', value || 0);
    }
    const into = per(inAll);
    const out = per(outAll);
    put('throughput', bytes(into + out) + '/s');
    note('throughput', into + out);
    const share = into + out > 0 ? Math.min(1, per(zeroAll) / (into + out)) : null;
    byId('zero').value = share === null ? 0 : share * 100;
    put('zero-text', share === null ? '–' : percent(share));
    put('slow-more', 'bytes waited ' + duration(per(stats => stats.blockedOnClientMillis + stats.live.blockedOnClientMillis)) + ' for clients and '
        + duration(per(stats => stats.blockedOnBackendMillis + stats.live.blockedOnBackendMillis)) + ' for backends, each second');
  }

  function endpoints(now) {
    const rows = now.services.flatMap(service => service.endpoints.map(it => ({ ...it, service: service.name })));
    table('endpoints', [
      ['Service', it => it.service],
      ['Endpoint', it => it.address],
      ['Health', it => it.health, '', it => it.health === 'up' ? '' : 'bad'],
      ['Weight', it => it.weight, 'number', it => it.weight === 0 ? 'warn' : ''],
      ['Requests', it => it.active, 'number'],
      ['Connections', it => it.connections, 'number'],
      ['Idle', it => it.idle, 'number'],
      ['Splices', it => it.splices ? 'yes' : 'disarmed', '', it => it.splices ? '' : 'bad'],
    ], rows, 'No service is configured.');
  }

  function pools(now, before) {
    const rows = now.pools.map(pool => {
      const old = before && before.pools.find(it => it.service === pool.service) || pool;
      return { ...pool, opened: pool.created - old.created, again: pool.reused - old.reused };
    });
    const rate = it => it.opened + it.again > 0 ? percent(it.again / (it.opened + it.again)) : '–';
    const ever = it => it.created + it.reused > 0 ? percent(it.reused / (it.created + it.reused)) : '–';
    table('pools', [
      ['Service', it => it.service],
      ['In use', it => it.active, 'number'],
      ['Idle', it => it.idle, 'number'],
      ['Hit rate now', rate, 'number'],
      ['Hit rate ever', ever, 'number'],
      ['Opened', it => count(it.created), 'number'],
      ['Stale', it => count(it.stale), 'number', it => it.stale > 0 ? 'warn' : ''],
    ], rows, 'No connection to a backend has been opened yet.');
  }

  function live(now) {
    const silent = now.live.silentLoops > 0 ? '; ' + now.live.silentLoops + ' event loops did not answer' : '';
    put('live-more', count(now.live.count) + ' in flight'
        + (now.live.count > now.connections.length ? ', the ' + now.connections.length + ' longest are shown' : '') + silent);
    const slow = it => it.blockedOn === 'nobody' ? '' : it.blockedOn + ' for ' + duration(it.blockedForMillis);
    const mark = it => it.blockedOn !== 'nobody' && it.blockedForMillis >= 1000 ? 'warn' : '';
    table('live', [
      ['Age', it => duration(it.ageMillis), 'number'],
      ['Client', it => it.client],
      ['Route', it => it.route],
      ['Endpoint', it => it.endpoint],
      ['State', it => it.state],
      ['Slow', slow, '', mark],
      ['In', it => bytes(it.bytesIn), 'number'],
      ['Out', it => bytes(it.bytesOut), 'number'],
      ['Relay', it => it.relay + (it.relayReason ? ' (' + it.relayReason + ')' : '')],
      ['Service', it => it.service],
      ['Listener', it => it.listener],
    ], now.connections, 'Nothing is in flight.');
  }

  function failuresOf(now) {
    const rows = Object.entries(now.errors).sort((a, b) => b[1] - a[1]);
    byId('failures-section').hidden = rows.length === 0;
    table('failures', [['Error', it => it[0]], ['Requests', it => count(it[1]), 'number']], rows, '');
  }

  function reload(last) {
    put('reload', last.accepted ? 'good' : 'refused');
    byId('reload').classList.toggle('alarm', !last.accepted);
    put('reload-more', new Date(last.sinceEpochMillis).toLocaleString() + ', configuration ' + last.revision + ' is in force');
  }

  function status(kind, text) {
    put('status', text);
    byId('status').className = kind;
    document.title = (kind === 'good' ? '' : text + ' – ') + 'Sluice';
  }

  // ---- asking ----

  async function ask() {
    const token = sessionStorage.getItem(TOKEN);
    const response = await fetch('stats', {
      headers: token ? { Authorization: 'Bearer ' + token } : {},
      cache: 'no-store',
      signal: AbortSignal.timeout(WAIT_MILLIS_MAX),
    });
    if (response.status === 401) {
      signIn(token ? 'That token is not right.' : '');
      return;
    }
    if (!response.ok) throw new Error((await response.text()).trim() || 'status ' + response.status);
    const stats = await response.json();
    failures = 0;
    byId('signin').hidden = true;
    // A link can't carry the token.
    byId('links').hidden = token !== null;
    byId('main').hidden = false;
    document.body.classList.remove('stale');
    status(stats.ready ? 'good' : 'bad', stats.ready ? 'ready' : 'not ready: ' + stats.notReady);
    show(stats);
  }

  function signIn(why) {
    paused = true;
    sessionStorage.removeItem(TOKEN);
    byId('main').hidden = true;
    byId('links').hidden = true;
    byId('signin').hidden = false;
    put('refused', why);
    status('unknown', 'signed out');
    byId('token').focus();
  }

  byId('signin').addEventListener('submit', event => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, byId('token').value.trim());
    byId('token').value = '';
    paused = false;
    poll();
  });

  async function poll() {
    const begun = performance.now();
    try {
      if (!document.hidden) await ask();
    } catch (e) {
      failures++;
      document.body.classList.add('stale');
      const reached = !(e instanceof TypeError) && e.name !== 'TimeoutError';
      status('bad', reached ? e.message : "can't be reached" + (failures > 1 ? ' (' + failures + ' tries)' : ''));
    }
    if (!paused) setTimeout(poll, Math.max(100, PERIOD_MILLIS - (performance.now() - begun)));
  }

  poll();
})();
