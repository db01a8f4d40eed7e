// The command palette: pages, agents, commands and saved searches, by a few letters.
import { useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { html, safe } from "../widgets/ui.js";
import { compose } from "../widgets/drafts.js";
import { kept } from "./filter.js";
import { go, nextDensity, setTheme, useOthers } from "./frame.js";
import { help } from "./keys.js";
import { address } from "./lookup.js";
import { listed, palette } from "./navigation.js";
import { placeOf } from "./pages.js";
import { base, first, me, root, roster, workspace } from "./store.js";

const mailbox = (each) => ({
  text: each.agent,
  kind: "mailbox",
  hint: each.presence,
  run: () => go(address(`a/${each.agent}`)),
});

function commands(others) {
  return [
    ...listed().map(([name, page]) => ({
      text: page.title,
      kind: "page",
      hint: page.key ? `g ${page.key}` : "",
      run: () => go(placeOf(name)),
    })),
    ...roster.value.agents.map(mailbox),
    ...others.map(mailbox),
    ...roster.value.agents
      .filter((each) => each.agent !== me.agent)
      .map((each) => ({
        text: `Send to ${each.agent}`,
        kind: "command",
        hint: "c",
        run: () => compose([each.agent]),
      })),
    { text: "Send to everyone", kind: "command", hint: "c", run: () => compose() },
    { text: "Theme: system", kind: "command", hint: "", run: () => setTheme("system") },
    { text: "Theme: dark", kind: "command", hint: "", run: () => setTheme("dark") },
    { text: "Theme: light", kind: "command", hint: "", run: () => setTheme("light") },
    { text: "Change density", kind: "command", hint: "d", run: nextDensity },
    {
      text: "Keyboard shortcuts",
      kind: "command",
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

export function Palette() {
  const [text, set] = useState(""),
    [at, setAt] = useState(0);
  const dialog = useRef(null),
    back = useRef(/** @type {HTMLElement} */ (document.activeElement));
  // Close the dialog before it is removed: nothing behind an open dialog can take the focus.
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
  const found = commands(others)
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
  return html`<dialog class="palette" ref=${dialog} aria-label="Command palette" onClose=${close}
    onClick=${(event) => {
      if (event.target === dialog.current) close();
    }}>
    <input value=${text} placeholder="Go to a page or agent, or run a command"
    aria-label="Command palette" role="combobox" aria-expanded="true" aria-controls="found"
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
    <ul id="found" role="listbox" aria-label="Results">${found.map(
      (each, number) => html`<li
    id=${`found-${number}`} role="option" aria-selected=${number === at}
      class=${number === at ? "is-at" : ""} onClick=${() => run(each)}><bdi>${safe(each.text)}</bdi>
        <span class="dim small">${each.kind}</span><span class="grow"></span><span
        class="dim small">${each.hint}</span></li>`,
    )}</ul></dialog>`;
}
