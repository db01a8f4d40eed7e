// Pages: the view behind each address, and what the navigation and `g` offer. Some pages are
// fetched when they are first opened.
import { Live } from "../pages/live.js";
import { Needs } from "../pages/needs.js";
import { address } from "./lookup.js";
import { base, me } from "./store.js";

const threads = () => import("../pages/thread.js");

/**
 * name → {view, or `later` that fetches it, exported as `title`; title; key after `g`; place: it is
 * in the navigation, with `more` below the others; apart: a line separates it from the entries
 * above; writes: it has a message box; soon: fetched before it is opened, as many open it; at: the
 * page is part of another one}.
 */
export const PAGES = {
  needs: { view: Needs, title: "Needs you", key: "n", place: true },
  ...(me.agent ? { inbox: { at: `a/${me.agent}`, title: "My inbox", key: "i", place: true } } : {}),
  live: { view: Live, title: "Live", key: "l", place: true, writes: true },
  threads: { later: threads, soon: true, title: "Threads", key: "t", place: true },
  agents: {
    apart: true,
    later: () => import("../pages/agents.js"),
    title: "Agents",
    key: "a",
    place: true,
  },
  tasks: {
    later: () => import("../pages/tasks.js"),
    title: "Tasks",
    key: "k",
    place: true,
  },
  flow: {
    later: () => import("../pages/flow.js"),
    title: "Flow",
    key: "f",
    place: true,
  },
  health: {
    later: () => import("../pages/health.js"),
    title: "Health",
    key: "h",
    place: true,
  },
  search: {
    apart: true,
    later: () => import("../pages/search.js"),
    title: "Search",
    key: "s",
    place: true,
  },
  connect: {
    later: () => import("../pages/connect.js"),
    title: "Connect",
    key: "c",
    place: true,
  },
  settings: {
    later: () => import("../pages/settings.js"),
    title: "Settings",
    key: ",",
    place: true,
  },
  schedules: {
    later: () => import("../pages/schedules.js"),
    title: "Schedules",
    key: "d",
    place: true,
    more: true,
  },
  webhooks: {
    later: () => import("../pages/webhooks.js"),
    title: "Webhooks",
    key: "w",
    place: true,
    more: true,
  },
  sessions: {
    later: () => import("../pages/sessions.js"),
    title: "Sessions",
    key: "e",
    place: true,
    more: true,
  },
  notes: {
    later: () => import("../pages/notes.js"),
    title: "Notes",
    key: "o",
    place: true,
    more: true,
  },
  t: { later: threads, title: "Thread", writes: true },
  a: {
    later: () => import("../pages/mailbox.js"),
    title: "Mailbox",
    writes: true,
  },
};

/** The address of a page of the navigation. */
export const placeOf = (name) => (PAGES[name].at ? address(PAGES[name].at) : `${base}/${name}`);
