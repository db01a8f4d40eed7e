// Pages: which view stands behind which address, and what the left side and `g` offer. A page may
// be fetched when it is first opened.
import { Live } from "../pages/live.js";
import { Needs } from "../pages/needs.js";
import { Thread, Threads } from "../pages/thread.js";

/**
 * name → {view, or later: how to get it, title, key after `g`, whether it stands on the left,
 * whether it has a box to write in}.
 */
export const PAGES = {
  needs: { view: Needs, title: "Needs you", key: "n", place: true },
  live: { view: Live, title: "Live", key: "l", place: true, writes: true },
  threads: { view: Threads, title: "Threads", key: "t", place: true },
  agents: {
    apart: true,
    later: () => import("../pages/agents.js"),
    name: "Agents",
    title: "Agents",
    key: "a",
    place: true,
  },
  tasks: {
    later: () => import("../pages/tasks.js"),
    name: "Tasks",
    title: "Tasks",
    key: "k",
    place: true,
  },
  flow: {
    later: () => import("../pages/flow.js"),
    name: "Flow",
    title: "Flow",
    key: "f",
    place: true,
  },
  health: {
    later: () => import("../pages/health.js"),
    name: "Health",
    title: "Health",
    key: "h",
    place: true,
  },
  search: {
    apart: true,
    later: () => import("../pages/search.js"),
    name: "Search",
    title: "Search",
    key: "s",
    place: true,
  },
  connect: {
    later: () => import("../pages/connect.js"),
    name: "Connect",
    title: "Connect",
    key: "c",
    place: true,
  },
  settings: {
    later: () => import("../pages/settings.js"),
    name: "Settings",
    title: "Settings",
    key: ",",
    place: true,
  },
  t: { view: Thread, title: "Thread", writes: true },
  a: {
    later: () => import("../pages/mailbox.js"),
    name: "Mailbox",
    title: "Mailbox",
    writes: true,
  },
};
