// The dashboard: navigation, the current page, the palette, announcements and global shortcuts.
import { render } from "../vendor/preact.js";
import { signal } from "../vendor/signals.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { html, Icon, safe } from "../widgets/ui.js";
import { Compose } from "../widgets/compose.js";
import { Toast } from "../widgets/toast.js";
import { compose, floating, forget } from "../widgets/drafts.js";
import {
  Refused,
  base,
  byId,
  listen,
  mayWrite,
  me,
  needs,
  refusal,
  start,
  version,
  workspace,
} from "./store.js";
import { busy, go, nextDensity, route } from "./frame.js";
import { focusPage, help, keys } from "./keys.js";
import { Navigation, isOpen, listed, palette } from "./navigation.js";
import { PAGES, placeOf } from "./pages.js";

/** A page whose script is fetched when the page is first opened. */
function Later({ page, ...rest }) {
  const [view, set] = useState(() => page.view ?? null),
    [isLost, lose] = useState(false);
  useEffect(() => {
    if (!page.view)
      page.later().then(
        (module) => {
          page.view = module[page.title];
          set(() => page.view);
        },
        () => lose(true),
      );
    else set(() => page.view);
  }, [page]);
  if (view) return html`<${view} ...${rest} />`;
  // A browser does not retry a script that it failed to fetch; only a new document does.
  return html`<div class="view">${
    isLost
      ? html`<div class="empty"><p class="title" role="alert">
    This page failed to load.</p><p><button type="button" onClick=${() => location.reload()}>
      Try again</button></p></div>`
      : null
  }</div>`;
}

function Middle() {
  const { page: name, about, data, problem, path } = route.value;
  // Read here, not in the effect, so that the title follows the number of waiting items.
  const page = PAGES[name]?.at ? null : PAGES[name],
    waiting = needs.value;
  useEffect(() => {
    const title = page?.title === "Mailbox" ? about[0] : (page?.title ?? "Not found");
    document.title = `${waiting ? `(${waiting}) ` : ""}${title} · ${workspace} · ackbox`;
  });
  if (problem || !page)
    return html`<main class="middle"><div class="view"><div class="empty"><p class="title">
      ${problem?.message ?? "Page not found."}</p><p class="dim">${problem?.hint ?? ""}</p>
      <p><a href=${`${base}/live`}>Go to Live</a></p></div></div></main>`;
  return html`<main class=${`middle ${busy.value ? "is-busy" : ""}`}>${asks.value}<${Later}
    key=${path} page=${page} data=${data} about=${about} />
    ${
      floating.value && !page.writes
        ? html`<div class="float"><${Compose} floats=${true} /></div>
    `
        : null
    }</main>`;
}

const PALETTE = { later: () => import("./palette.js"), title: "Palette" };
const HELP = { later: () => import("./help.js"), title: "Help" };

// Screen readers announce a summary every ten seconds, never every row; urgent messages at once.
const digest = signal(""),
  urgently = signal(""),
  asks = signal(null);
const notices = () => import("./notices.js"),
  fresh = new Set();
let told = 0,
  blocked = 0;
setInterval(() => {
  if (told) {
    digest.value = `${told} new${blocked ? `, ${blocked} blocked` : ""}`;
    told = 0;
    blocked = 0;
  }
}, 10_000);
listen((events) => {
  const sent = events.filter((each) => each.kind === "message.sent");
  told += sent.length;
  if (fresh.size > 5000) fresh.clear();
  for (const each of sent) fresh.add(each.id);
  if (sent.length && document.hidden && localStorage.getItem("ackbox.notices") === "on")
    notices()
      .then((module) => module.away(sent.map((each) => each.id)))
      .catch(() => {});
});
version.subscribe(() => {
  for (const id of fresh) {
    const m = byId.get(id);
    if (!m) continue;
    fresh.delete(id);
    if (m.intent === "blocked") blocked += 1;
    if (m.priority === 5)
      urgently.value = `Urgent from ${m.sender}: ${safe(m.subject ?? m.body).slice(0, 120)}`;
    if (m.priority === 5 || localStorage.getItem("ackbox.notices") === "on")
      notices()
        .then((module) => module.arrive(m, asks))
        .catch(() => {});
  }
});

// Errors of keys and buttons that no view has caught.
const refused = signal("");
let fades = 0;
addEventListener("unhandledrejection", (event) => {
  if (!(event.reason instanceof Refused)) return;
  event.preventDefault();
  refused.value = refusal(event.reason);
  clearTimeout(fades);
  fades = setTimeout(() => {
    refused.value = "";
  }, 8000);
});

function App() {
  return html`<a class="skip" href="#middle" onClick=${(event) => {
    event.preventDefault();
    focusPage();
  }}>Skip to content</a>
    <button type="button" class="burger quiet" aria-label="Pages and agents"
    aria-expanded=${isOpen.value} onClick=${() => {
      isOpen.value = !isOpen.value;
    }}><${Icon} d="M2.5 4h11M2.5 8h11M2.5 12h11" /></button>
    <${Navigation} /><${Middle} />${palette.value ? html`<${Later} page=${PALETTE} />` : null}${
      help.value
        ? html`
    <${Later} page=${HELP} />`
        : null
    }
    <${Toast} /><div class="refused" role="alert">${refused.value}</div>
    <div class="visually-hidden" role="status" aria-live="polite">${digest.value}</div><div
    class="visually-hidden"
    role="alert">${urgently.value}</div>`;
}

keys("Everywhere", {
  ...Object.fromEntries(
    listed()
      .filter(([, page]) => page.key)
      .map(([name, page]) => [`g ${page.key}`, [() => go(placeOf(name)), page.title]]),
  ),
  c: [
    () => {
      if (!mayWrite) return false;
      compose(
        route.value.page === "a" && route.value.about[0] !== me.agent
          ? [route.value.about.join("/")]
          : null,
      );
      return true;
    },
    "new message",
  ],
  "Ctrl k": [
    () => {
      palette.value = true;
    },
    "command palette",
  ],
  ":": [
    () => {
      palette.value = true;
    },
  ],
  "?": [
    () => {
      help.value = true;
    },
    "keyboard shortcuts",
  ],
  d: [nextDensity, "change density"],
  Escape: [
    () => {
      if (floating.value && !PAGES[route.value.page]?.writes) {
        forget();
        return true;
      }
      if (isOpen.value) {
        isOpen.value = false;
        return true;
      }
      return false;
    },
  ],
});
let path = route.value.path;
route.subscribe(({ path: now }) => {
  isOpen.value = false;
  if (now !== path) {
    path = now;
    forget();
  }
});
render(html`<${App} />`, document.getElementById("app"));
start();
const soon = Object.values(PAGES).filter((page) => page.soon);
setTimeout(() => {
  for (const page of soon) page.later().catch(() => {});
  // With its view at hand, it takes the keys that follow at once.
  PALETTE.later().then(
    (module) => {
      PALETTE.view = module.Palette;
    },
    () => {},
  );
}, 0);
requestAnimationFrame(() => focusPage({ preventScroll: true }));
