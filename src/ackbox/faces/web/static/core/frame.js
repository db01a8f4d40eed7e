// The frame of every page: the current route, navigation, theme, density and the connection state.
import { html, age } from "../widgets/ui.js";
import { signal, batch } from "../vendor/signals.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { focusPage } from "./keys.js";
import { base, first, link, listen, load, more, passes, paused, rate } from "./store.js";

/** The current route: page, the names after it, its data. */
export const route = signal({
  page: first.page,
  about: first.about,
  path: location.pathname,
  data: first.data,
  problem: null,
});
export const query = signal(Object.fromEntries(new URLSearchParams(location.search)));
export const busy = signal(false);

const parts = (path) => {
  const [page, ...about] = path
    .slice(base.length + 1)
    .split("/")
    .map(decodeURIComponent);
  return { page, about: about.filter(Boolean) };
};
let latest = 0;

/** Open a page of this workspace within this document; other addresses load a new document. */
export async function go(href, { replace = false } = {}) {
  const there = new URL(href, location.href);
  if (there.origin !== location.origin || !there.pathname.startsWith(`${base}/`)) {
    location.assign(href);
    return;
  }
  if (there.pathname.startsWith(`${base}/m/`)) {
    location.assign(href);
    return;
  }
  await settled();
  history[replace ? "replaceState" : "pushState"](
    replace ? history.state : { inside: true },
    "",
    there.pathname + there.search + there.hash,
  );
  await show();
}

// Parts of the query that need no new data: the pane beside a list and the layout of a page.
const LOOKS = ["m", "task", "view", "group", "sort"];
const asks = () => {
  const rest = new URLSearchParams(location.search);
  for (const name of LOOKS) rest.delete(name);
  return `${location.pathname}?${rest}`;
};
let asked = asks();

async function show() {
  const turn = ++latest;
  asked = asks();
  const { page, about } = parts(location.pathname);
  busy.value = true;
  let data = null,
    problem = null;
  try {
    data = await load(location.pathname, location.search);
  } catch (error) {
    problem = error;
  }
  if (turn !== latest) return;
  batch(() => {
    busy.value = false;
    query.value = Object.fromEntries(new URLSearchParams(location.search));
    route.value = { page, about, path: location.pathname, data: data ?? {}, problem };
  });
  requestAnimationFrame(() => {
    if (!document.activeElement || document.activeElement === document.body)
      focusPage({ preventScroll: true });
  });
}
// Callbacks that wait while the history goes back from a pane; null if none does.
let closing = null;
const settled = () => (closing ? new Promise((done) => closing.push(done)) : null);
addEventListener("popstate", () => {
  const after = closing;
  closing = null;
  if (asks() === asked) query.value = Object.fromEntries(new URLSearchParams(location.search));
  else show();
  for (const each of after ?? []) each();
});

/**
 * Change a part of the query that needs no new data. Opening a pane adds a step to the history, so
 * going back closes the pane.
 */
export function setQuery(changes) {
  if (closing) {
    closing.push(() => setQuery(changes));
    return;
  }
  const before = new URLSearchParams(location.search),
    now = new URLSearchParams(before),
    pane = "m" in changes ? "m" : "task";
  for (const [name, value] of Object.entries(changes))
    if (value === null) now.delete(name);
    else now.set(name, value);
  const text = now.toString();
  query.value = Object.fromEntries(now);
  if (history.state?.pane && before.has(pane) && !now.has(pane)) {
    closing = [];
    history.back();
    return;
  }
  const opens = now.has(pane) && !before.has(pane);
  history[opens ? "pushState" : "replaceState"](
    opens ? { pane } : history.state,
    "",
    location.pathname + (text ? `?${text}` : "") + location.hash,
  );
}

/**
 * The data of a page, reloaded when an event `concerns` it. For a list, `join` merges two pages:
 * all pages that the person opened are reloaded. Also returns a function that loads the next older
 * page.
 */
export function useFresh(data, concerns = () => true, ms = 400, join = null) {
  const [told, set] = useState(data),
    pages = useRef(1),
    turn = useRef(0);
  const after = ({ cursor }) => {
    const search = new URLSearchParams(location.search);
    search.set("cursor", cursor);
    return load(location.pathname, `?${search}`);
  };
  async function more() {
    const page = await after(told);
    pages.current += 1;
    set((now) => (now.cursor === told.cursor ? join(now, page) : now));
  }
  useEffect(() => {
    set(data);
    pages.current = 1;
  }, [data]);
  useEffect(() => {
    const path = location.pathname;
    let here = true,
      timer = null,
      since = 0;
    const look = async () => {
      timer = null;
      since = 0;
      if (document.hidden) {
        timer = setTimeout(look, 2000);
        return;
      }
      const own = (turn.current += 1),
        isLast = () => here && own === turn.current;
      try {
        let fresh = await load(path, location.search);
        for (let page = 1; isLast() && page < pages.current && fresh.cursor; page += 1)
          fresh = join(fresh, await after(fresh));
        if (isLast()) set(fresh);
      } catch (error) {
        if (isLast() && passes(error)) timer ??= setTimeout(look, 3000);
      }
    };
    const end = listen((events) => {
      if (!events.some(concerns)) return;
      since ||= Date.now();
      if (timer && Date.now() - since > 2000) return;
      clearTimeout(timer);
      timer = setTimeout(look, ms);
    });
    return () => {
      here = false;
      clearTimeout(timer);
      end();
    };
  }, [data]);
  return [told, more];
}

/**
 * The position in a list. It stays on an item when others appear or disappear above it; when the
 * item disappears, it moves to the item that takes its place.
 */
export function useStanding(items, keyOf) {
  const stood = useRef({ key: null, at: 0 }),
    [, draw] = useState(0);
  const stand = (at) => {
    const place = Math.max(0, Math.min(items.length - 1, at));
    stood.current = { key: items[place] ? keyOf(items[place]) : null, at: place };
  };
  const found = items.findIndex((each) => keyOf(each) === stood.current.key);
  stand(found < 0 ? stood.current.at : found);
  // Updated at once: keys can arrive faster than the page is drawn.
  return {
    get at() {
      return stood.current.at;
    },
    to(at) {
      stand(at);
      draw((n) => n + 1);
      return items[stood.current.at];
    },
  };
}

/** The button under a list that has older items. */
export function Older({ more }) {
  const [isBusy, busy] = useState(false),
    [problem, fail] = useState("");
  async function run() {
    busy(true);
    fail("");
    try {
      await more();
    } catch (error) {
      fail(error.message);
    }
    busy(false);
  }
  return html`<p class="more"><button type="button" disabled=${isBusy} onClick=${run}>Older</button>
    ${problem ? html` <span class="problem" role="alert">${problem}</span>` : null}</p>`;
}

/** Agents beyond the roster whose names contain these letters. */
export function useOthers(letters) {
  const [others, set] = useState([]);
  useEffect(() => {
    let here = true;
    const timer = setTimeout(
      () =>
        more(letters).then((told) => {
          if (here) set(told);
        }),
      150,
    );
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [letters]);
  return others;
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const link = /** @type {HTMLAnchorElement} */ (target.closest?.("a[href]"));
  if (
    !link ||
    event.defaultPrevented ||
    event.button ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    link.target ||
    link.origin !== location.origin ||
    !link.pathname.startsWith(`${base}/`)
  )
    return;
  event.preventDefault();
  go(link.href);
});

// --- appearance -------------------------------------------------------------------------------

const DENSITIES = ["compact", "normal", "roomy"],
  THEMES = ["system", "light", "dark"];
export const density = signal(
  DENSITIES.includes(localStorage.getItem("ackbox.density"))
    ? localStorage.getItem("ackbox.density")
    : "normal",
);
export const theme = signal(
  THEMES.includes(localStorage.getItem("ackbox.theme"))
    ? localStorage.getItem("ackbox.theme")
    : "system",
);
export function nextDensity() {
  density.value = DENSITIES[(DENSITIES.indexOf(density.value) + 1) % 3];
  localStorage.setItem("ackbox.density", density.value);
  document.documentElement.dataset.density = density.value;
}
export function setTheme(word) {
  theme.value = word;
  localStorage.setItem("ackbox.theme", word);
  document.documentElement.dataset.theme = word;
}
export const nextTheme = () => setTheme(THEMES[(THEMES.indexOf(theme.value) + 1) % 3]);
document.documentElement.dataset.theme = theme.value;
document.documentElement.dataset.density = density.value;

function Connection() {
  const { state: word, count, since } = link.value,
    state = word === "live" && paused.value ? "paused" : word;
  const text =
    state === "reconnecting"
      ? `reconnecting, last contact ${age(since)} ago`
      : state === "live" && count
        ? `catching up: ${count} left`
        : state;
  const speed = state === "live" && rate.value ? ` · ${rate.value.toFixed(1)}/s` : null;
  return html`<span class=${`linked is-${state}`} role="status" id="linked">
    <span class="dot" aria-hidden="true"></span>${text}
    ${speed && html`<span class="num dim" aria-hidden="true">${speed}</span>`}
  </span>`;
}

/** The header of every page: its title, its controls and the state of the connection. */
export function Top({ title, children }) {
  return html`<header class="top"><h1>${title}</h1>${children ?? html`<span class="grow"></span>`}
    <${Connection} /></header>`;
}
