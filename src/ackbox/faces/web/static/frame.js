// The frame: where we are, how to go elsewhere, and how it looks: theme, density, the state of the line.
import { html, age, now } from "./parts.js";
import { signal, batch } from "./vendor/signals.js";
import { useEffect, useState } from "./vendor/hooks.js";
import { base, first, link, listen, load, rate } from "./store.js";

/** Where we are: page, the names after it, its data. */
export const route = signal({ page: first.page, about: first.about, path: location.pathname, data: first.data, problem: null });
export const query = signal(Object.fromEntries(new URLSearchParams(location.search)));
export const busy = signal(false);

const parts = (path) => { const [page, ...about] = path.slice(base.length + 1).split("/").map(decodeURIComponent); return { page, about: about.filter(Boolean) }; };
let latest = 0;

/** Go to a page of this workspace without leaving the document; anything else is an ordinary address. */
export async function go(href, { replace = false } = {}) {
  const there = new URL(href, location.href);
  if (there.origin !== location.origin || !there.pathname.startsWith(`${base}/`)) { location.assign(href); return; }
  if (there.pathname.startsWith(`${base}/m/`)) { location.assign(href); return; }
  history[replace ? "replaceState" : "pushState"](null, "", there.pathname + there.search + there.hash);
  await show();
}

async function show() {
  const turn = ++latest;
  const { page, about } = parts(location.pathname);
  busy.value = true;
  let data = null, problem = null;
  try { data = await load(location.pathname, location.search); } catch (error) { problem = error; }
  if (turn !== latest) return;
  batch(() => { busy.value = false; query.value = Object.fromEntries(new URLSearchParams(location.search)); route.value = { page, about, path: location.pathname, data: data ?? {}, problem }; });
  requestAnimationFrame(() => { if (!document.activeElement || document.activeElement === document.body) document.querySelector("[data-first], .list")?.focus({ preventScroll: true }); });
}
addEventListener("popstate", show);

/** Change a part of the query that needs no new data, as what stands in the right pane. */
export function setQuery(changes) {
  const now = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) if (value === null) now.delete(name); else now.set(name, value);
  const text = now.toString();
  history.replaceState(null, "", location.pathname + (text ? `?${text}` : "") + location.hash);
  query.value = Object.fromEntries(now);
}

/** A page's data, and anew whenever something happens that `concerns` it. */
export function useFresh(data, concerns = () => true, ms = 400) {
  const [told, set] = useState(data);
  useEffect(() => { set(data); }, [data]);
  useEffect(() => {
    const path = location.pathname;
    let here = true, timer = null, since = 0;
    const look = async () => { timer = null; since = 0; if (document.hidden) { timer = setTimeout(look, 2000); return; } try { const fresh = await load(path, location.search); if (here) set(fresh); } catch { /* the line's state is shown already */ } };
    const end = listen((events) => { if (!events.some(concerns)) return; since ||= Date.now(); if (timer && Date.now() - since > 2000) return; clearTimeout(timer); timer = setTimeout(look, ms); });
    return () => { here = false; clearTimeout(timer); end(); };
  }, [data]);
  return [told, set];
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target || link.origin !== location.origin || !link.pathname.startsWith(`${base}/`)) return;
  event.preventDefault();
  go(link.href);
});

// --- how it looks -----------------------------------------------------------------------------

const DENSITIES = ["compact", "normal", "roomy"], THEMES = ["system", "light", "dark"];
export const density = signal(DENSITIES.includes(localStorage.getItem("ackbox.density")) ? localStorage.getItem("ackbox.density") : "normal");
export const theme = signal(THEMES.includes(localStorage.getItem("ackbox.theme")) ? localStorage.getItem("ackbox.theme") : "system");
export function nextDensity() { density.value = DENSITIES[(DENSITIES.indexOf(density.value) + 1) % 3]; localStorage.setItem("ackbox.density", density.value); document.documentElement.dataset.density = density.value; }
export function setTheme(word) { theme.value = word; localStorage.setItem("ackbox.theme", word); document.documentElement.dataset.theme = word; }
export const nextTheme = () => setTheme(THEMES[(THEMES.indexOf(theme.value) + 1) % 3]);
document.documentElement.dataset.theme = theme.value;
document.documentElement.dataset.density = density.value;

function Line() {
  const { state, count, since } = link.value;
  const said = state === "live" ? (count ? `catching up ${count}` : "live") : state === "reconnecting" ? `reconnecting, last ${age(new Date(since).toISOString(), now.value)} ago` : state === "paused" ? "paused" : `catching up ${count}`;
  return html`<span class=${`linked is-${state}`} role="status" id="linked"><span class="dot" aria-hidden="true"></span>${said}${state === "live" && rate.value ? html`<span class="num dim" aria-hidden="true"> · ${rate.value.toFixed(1)}/s</span>` : null}</span>`;
}

/** The line on top of every page: its title, what belongs to it, the state of the connection. */
export function Top({ title, children }) {
  return html`<header class="top"><h1>${title}</h1>${children ?? html`<span class="grow"></span>`}<${Line} /></header>`;
}
