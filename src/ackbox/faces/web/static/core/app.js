// The dashboard: the left side, the page in the middle, the palette, and the keys that work
// everywhere.
import { render } from "../vendor/preact.js";
import { signal } from "../vendor/signals.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { html, Human, Icon, Key, Presence, safe, seen } from "../widgets/ui.js";
import {
  Refused,
  base,
  root,
  first,
  me,
  needs,
  roster,
  start,
  version,
  workspace,
  listen,
  byId,
  mayWrite,
  refusal,
} from "./store.js";
import {
  busy,
  density,
  go,
  nextDensity,
  nextTheme,
  route,
  setTheme,
  theme,
  useOthers,
} from "./frame.js";
import { Compose, compose, floating, forget } from "../widgets/compose.js";
import { help, keys, known } from "./keys.js";
import { PAGES } from "./pages.js";
import { kept } from "./filter.js";

const palette = signal(false);
const narrowNav = signal(false);

// A side list is for those who are here or have post waiting: where not everybody can stand in it,
// the latter first, whoever they are.
const MOST_LISTED = 100;
const RANK = { online: 0, idle: 2, away: 3 };
const rank = (each) => Math.min(RANK[each.presence], each.unread ? 1 : 3);
const places = () => Object.entries(PAGES).filter(([, page]) => page.place);

function Left() {
  const { online, total, awaited, waiting } = roster.value,
    owed = new Set(waiting.map((each) => each.agent));
  const others = roster.value.agents
    .filter((each) => total <= MOST_LISTED || !owed.has(each.agent))
    .sort((one, other) => rank(one) - rank(other) || one.agent.localeCompare(other.agent));
  const agents = total <= MOST_LISTED ? others : [...waiting, ...others].slice(0, MOST_LISTED);
  const here = route.value;
  return html`<nav class=${`left ${narrowNav.value ? "is-open" : ""}`}
    aria-label="Places and agents">
    <div class="brand"><a href=${`${base}/live`} class="logo" aria-label="ackbox">ackbox</a>
      ${
        first.workspaces.length > 1
          ? html`<label><span class="away">Workspace</span><select
      onChange=${(event) => location.assign(`${root}/w/${encodeURIComponent(event.target.value)}/live`)}>${first.workspaces.map((name) => html`<option value=${name} selected=${name === workspace}>${safe(name)}</option>`)}</select></label>`
          : html`<span class="dim"><bdi>${safe(workspace)}</bdi></span>`
      }</div>
    <ul class="places">${places().map(
      ([name, page]) => html`<li
    class=${page.apart ? "is-apart" : null}><a href=${`${base}/${name}`}
      aria-current=${here.page === name ? "page" : null} title=${page.key ? `g ${page.key}` : null}>
        ${page.title}${
          name === "needs" && needs.value
            ? html`<span class="num badge">${needs.value}
        </span>`
            : null
        }</a></li>`,
    )}</ul>
    <h2>Agents <span class="num">${online}/${total}</span></h2>
    <ul class="agents">${agents.map(
      (each) => html`<li key=${each.agent}><a
    href=${`${base}/a/${encodeURIComponent(each.agent)}`}
      aria-current=${here.page === "a" && here.about[0] === each.agent ? "page" : null}
        title=${each.summary ? safe(each.summary) : null}><${Presence} state=${each.presence} />
          <span class="line"><bdi>${safe(each.agent)}</bdi></span>${
            each.kind === "human"
              ? html`
          <${Human} />`
              : null
          }${
            each.unread
              ? html`<b class="num small" title="unread">
          ${each.unread >= 100 ? "100+" : each.unread}<span class="away"> unread</span></b>`
              : html`
          <span class="dim num small">
          ${each.presence === "online" ? "" : each.last_seen ? seen(each).replace(" ago", "") : ""}
          </span>`
          }</a></li>`,
    )}
      ${
        total > agents.length
          ? html`<li><a href=${`${base}/agents`} class="dim">
      and ${(total - agents.length).toLocaleString("en")} more</a></li>`
          : null
      }
      ${awaited.slice(0, 20).map(
        (name) => html`<li class="awaited" key=${`?${name}`}><a
      href=${`${base}/a/${encodeURIComponent(name)}`}
        title="mail waits; nobody of that name has been here"><span class="presence is-never">
          </span><span class="line dim"><bdi>${safe(name)}</bdi></span></a></li>`,
      )}</ul>
    <div class="me"><span class="line"><b><bdi>${safe(me.agent ?? me.role)}</bdi></b> <span
    class="dim">${me.role}</span></span>
      <button type="button" class="quiet small" title=${`Theme: ${theme.value}`}
      onClick=${nextTheme} aria-label=${`Theme: ${theme.value}`}><${Icon}
        d=${theme.value === "dark" ? "M13 9.500A5.500 5.500 0 1 1 6.500 3a4.500 4.500 0 0 0 6.500 6.500z" : theme.value === "light" ? "M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zM8 1.500v1.200M8 13.300v1.200M1.500 8h1.200M13.300 8h1.200M3.400 3.400l.9.9M11.700 11.700l.9.9M3.400 12.600l.9-.9M11.700 4.300l.9-.9" : "M2 3h12v8H2zM5.500 13.500h5M8 11v2.500"} /></button>
      <button type="button" class="quiet small" title=${`Density: ${density.value} · d`}
      onClick=${nextDensity} aria-label=${`Density: ${density.value}`}><${Icon}
        d="M3 4h10M3 8h10M3 12h10" /></button>
      <form method="post" action=${`${root}/logout`}><button class="quiet small" title="Sign out"
      aria-label="Sign out"><${Icon} d="M6 2.500H3v11h3M7 8h7M11 5l3 3-3 3" /></button></form></div>
  </nav>`;
}

function Later({ page, ...rest }) {
  const [view, set] = useState(() => page.view ?? null),
    [isLost, lose] = useState(false);
  useEffect(() => {
    if (!page.view)
      page.later().then(
        (module) => {
          page.view = module[page.name];
          set(() => page.view);
        },
        () => lose(true),
      );
    else set(() => page.view);
  }, [page]);
  if (view) return html`<${view} ...${rest} />`;
  // A browser keeps a script that it could not fetch as lost; only a new document asks again.
  return html`<div class="view">${
    isLost
      ? html`<div class="empty"><p class="title" role="alert">
    This page could not be fetched.</p><p><button type="button" onClick=${() => location.reload()}>
      Try again</button></p></div>`
      : null
  }</div>`;
}

function Middle() {
  const { page: name, about, data, problem, path } = route.value;
  // Read here, not in the effect: the title follows what waits.
  const page = PAGES[name],
    waiting = needs.value;
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ""}${page?.title === "Mailbox" ? about[0] : (page?.title ?? "Not here")} · ${workspace} · ackbox`;
  });
  if (problem || !page)
    return html`<main class="middle"><div class="view"><div class="empty"><p class="title">
      ${problem?.message ?? "There is no such page."}</p><p class="dim">${problem?.hint ?? ""}</p>
      <p><a href=${`${base}/live`}>To Live</a></p></div></div></main>`;
  return html`<main class=${`middle ${busy.value ? "is-busy" : ""}`}>${asks.value}<${Later}
    key=${path} page=${page} data=${data} about=${about} />
    ${
      floating.value && !page.writes
        ? html`<div class="float"><${Compose} floats=${true} /></div>
    `
        : null
    }</main>`;
}

// --- the palette: every page, agent and action ------------------------------------------------

const mailbox = (each) => ({
  text: each.agent,
  kind: "mailbox",
  hint: each.presence,
  run: () => go(`${base}/a/${encodeURIComponent(each.agent)}`),
});

function actions(others) {
  return [
    ...places().map(([name, page]) => ({
      text: page.title,
      kind: "page",
      hint: page.key ? `g ${page.key}` : "",
      run: () => go(`${base}/${name}`),
    })),
    ...roster.value.agents.map(mailbox),
    ...others.map(mailbox),
    ...roster.value.agents
      .filter((each) => each.agent !== me.agent)
      .map((each) => ({
        text: `Write to ${each.agent}`,
        kind: "action",
        hint: "c",
        run: () => compose([each.agent]),
      })),
    { text: "Write to everyone", kind: "action", hint: "c", run: () => compose() },
    { text: "Theme: system", kind: "action", hint: "", run: () => setTheme("system") },
    { text: "Theme: dark", kind: "action", hint: "", run: () => setTheme("dark") },
    { text: "Theme: light", kind: "action", hint: "", run: () => setTheme("light") },
    { text: "Next density", kind: "action", hint: "d", run: nextDensity },
    {
      text: "Keys of this page",
      kind: "action",
      hint: "?",
      run: () => {
        help.value = true;
      },
    },
    ...first.workspaces
      .filter((name) => name !== workspace)
      .map((name) => ({
        text: `Workspace ${name}`,
        kind: "workspace",
        hint: "",
        run: () => location.assign(`${root}/w/${encodeURIComponent(name)}/live`),
      })),
    ...kept.value.map((q) => ({
      text: q,
      kind: "saved search",
      hint: "",
      run: () => go(`${base}/search?${new URLSearchParams({ q })}`),
    })),
    {
      text: "Blocked",
      kind: "filter",
      hint: "intent:blocked",
      run: () => go(`${base}/live?q=intent:blocked`),
    },
    {
      text: "Not acknowledged",
      kind: "filter",
      hint: "is:unacked",
      run: () => go(`${base}/live?q=is:unacked`),
    },
  ];
}

function score(text, wanted) {
  const low = text.toLowerCase(),
    at = low.indexOf(wanted);
  if (at >= 0) return at === 0 ? 0 : 1 + at / 100;
  let from = 0;
  for (const c of wanted) {
    from = low.indexOf(c, from) + 1;
    if (!from) return null;
  }
  return 3;
}

function Palette() {
  const [text, set] = useState(""),
    [at, setAt] = useState(0);
  const dialog = useRef(null),
    back = useRef(document.activeElement);
  // Closed before it goes: behind a dialog that is open nothing takes the focus.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => {
      shown.close();
      back.current?.focus?.();
    };
  }, []);
  const wanted = text.trim().toLowerCase(),
    others = useOthers(wanted);
  const found = actions(others)
    .map((each) => ({ ...each, score: wanted ? score(each.text, wanted) : 0 }))
    .filter((each) => each.score !== null)
    .sort((one, other) => one.score - other.score)
    .slice(0, 12);
  const close = () => {
    palette.value = false;
  };
  const run = (each) => {
    close();
    setTimeout(() => each?.run(), 0);
  };
  return html`<dialog class="palette" ref=${dialog} aria-label="Go to or do" onClose=${close}
    onClick=${(event) => {
      if (event.target === dialog.current) close();
    }}>
    <input value=${text} placeholder="Go to a page or agent, or do something"
    aria-label="Go to or do" role="combobox" aria-expanded="true" aria-controls="found"
      aria-activedescendant=${`found-${at}`} autocomplete="off" spellcheck="false" autofocus
      onInput=${(event) => {
        set(event.target.value);
        setAt(0);
      }} onKeyDown=${(event) => {
        if (event.key === "ArrowDown") {
          event.preventDefault();
          setAt(Math.min(found.length - 1, at + 1));
        } else if (event.key === "ArrowUp") {
          event.preventDefault();
          setAt(Math.max(0, at - 1));
        } else if (event.key === "Enter") {
          event.preventDefault();
          run(found[at]);
        } else if (event.key === "Escape") {
          event.preventDefault();
          close();
        }
      }} />
    <ul id="found" role="listbox" aria-label="Found">${found.map(
      (each, number) => html`<li
    id=${`found-${number}`} role="option" aria-selected=${number === at ? "true" : "false"}
      class=${number === at ? "is-at" : ""} onClick=${() => run(each)}><bdi>${safe(each.text)}</bdi>
        <span class="dim small">${each.kind}</span><span class="grow"></span><span
        class="dim small">${each.hint}</span></li>`,
    )}</ul></dialog>`;
}

function Help() {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close();
  }, []);
  const close = () => {
    help.value = false;
  };
  return html`<dialog class="help" ref=${dialog} aria-label="Keys" onClose=${close} onClick=${(
    event,
  ) => {
    if (event.target === dialog.current) close();
  }}><header><h2>Keys</h2><span class="grow"></span><button type="button" class="quiet"
    aria-label="Close" onClick=${close}><${Icon} d="M4 4l8 8M12 4l-8 8" /></button></header>
    <div class="columns">${known().map(
      ({ title, map }) =>
        html`<section><h3>${title}</h3><dl>${Object.entries(map)
          .filter(([, [, what]]) => what)
          .map(
            ([key, [, what]]) =>
              html`<div><dt>${key.split(" ").map(
                (each) => html`<${Key}>
                ${each === "Enter" ? "⏎" : each}</${Key}> `,
              )}</dt><dd>${what}</dd></div>`,
          )}</dl></section>`,
    )}
      <section><h3>Writing</h3><dl><div><dt><${Key}>Ctrl</${Key}> <${Key}>⏎</${Key}></dt><dd>send
      </dd></div><div><dt><code>@name</code></dt><dd>first: to that agent, not everyone</dd></div>
      <div><dt><code>!</code> <code>!!</code></dt><dd>first: high, urgent</dd></div><div><dt><code>
      /blocked</code></dt><dd>first: what it is for</dd></div></dl></section></div></dialog>`;
}

// A reader that cannot see hears a digest, never a row at a time; what is urgent it hears at once.
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
    if (m.priority === 5) {
      urgently.value = `Urgent from ${m.sender}: ${safe(m.subject ?? m.body).slice(0, 120)}`;
      notices()
        .then((module) => module.urgent(m, asks))
        .catch(() => {});
    }
  }
});

// What a key or a button asked for and was refused is said here, where nobody else says it.
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
    document.querySelector("[data-first], .list")?.focus();
  }}>Skip to the page</a>
    <button type="button" class="burger quiet" aria-label="Places and agents"
    aria-expanded=${narrowNav.value ? "true" : "false"} onClick=${() => {
      narrowNav.value = !narrowNav.value;
    }}><${Icon} d="M2.500 4h11M2.500 8h11M2.500 12h11" /></button>
    <${Left} /><${Middle} />${palette.value ? html`<${Palette} />` : null}${
      help.value
        ? html`
    <${Help} />`
        : null
    }
    <div class="refused" role="alert">${refused.value}</div>
    <div class="away" role="status" aria-live="polite">${digest.value}</div><div class="away"
    role="alert">${urgently.value}</div>`;
}

keys("Everywhere", {
  ...Object.fromEntries(
    places()
      .filter(([, page]) => page.key)
      .map(([name, page]) => [`g ${page.key}`, [() => go(`${base}/${name}`), page.title]]),
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
    "write",
  ],
  "Ctrl k": [
    () => {
      palette.value = true;
    },
    "palette",
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
    "keys",
  ],
  d: [nextDensity, "density"],
  Escape: [
    () => {
      if (floating.value && !PAGES[route.value.page]?.writes) {
        forget();
        return true;
      }
      if (narrowNav.value) {
        narrowNav.value = false;
        return true;
      }
      return false;
    },
  ],
});
let path = route.value.path;
route.subscribe(({ path: now }) => {
  narrowNav.value = false;
  if (now !== path) {
    path = now;
    forget();
  }
});
render(html`<${App} />`, document.getElementById("app"));
start();
requestAnimationFrame(() =>
  document.querySelector("[data-first], .list")?.focus({ preventScroll: true }),
);
