// Pages: the view behind each address, and what the navigation and `g` offer. Some pages are
// fetched when they are first opened.
import { Live } from "../pages/live.js";
import { Needs } from "../pages/needs.js";
import { Thread, Threads } from "../pages/thread.js";

/**
 * name → {view, or `later` that fetches it, exported as `title`; title; key after `g`; place: it is
 * in the navigation; apart: a line separates it from the entries above; writes: it has a message
 * box}.
 */
export const PAGES = {
  needs: { view: Needs, title: "Needs you", key: "n", place: true },
  live: { view: Live, title: "Live", key: "l", place: true, writes: true },
  threads: { view: Threads, title: "Threads", key: "t", place: true },
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
  t: { view: Thread, title: "Thread", writes: true },
  a: {
    later: () => import("../pages/mailbox.js"),
    title: "Mailbox",
    writes: true,
  },
};
