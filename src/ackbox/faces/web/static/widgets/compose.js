// The message box: recipients, intent, priority and, before sending, how each recipient is reached.
import { html, Icon, safe, Presence, urgencyOf, words } from "./ui.js";
import { Already, Reached, Unsent, lastSeen } from "./compose_parts.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { INTENTS } from "../core/filter.js";
import { focusPage } from "../core/keys.js";
import {
  BODY_CHARS,
  call,
  me,
  more,
  passes,
  refusal,
  roster,
  mayWrite,
  take,
  version,
} from "../core/store.js";
import {
  EMPTY,
  bring,
  discard,
  done,
  draft,
  drop,
  floating,
  focusAsked,
  hasArrived,
  look,
  meant,
  places,
  put,
  recover,
  refused,
  retry,
  send,
  setText as store,
  settle,
  shelf,
  takeUp,
  textAt,
  triedAt,
  unshelve,
  waiting,
} from "./drafts.js";

const CODE = "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5";

export function Compose({ thread = null, parent = null, to = null, label = null, floats = false }) {
  const set = draft.value;
  const place = set.place ?? set.thread ?? thread ?? (to ? `to ${to.join(",")}` : null);
  const [text, setText] = useState(() => textAt(place));
  const [told, setTold] = useState(null);
  // Shown under the box instead of the reach: why the message cannot be sent, and why it was not
  // (until the text changes).
  const [problem, setProblem] = useState(null),
    [undone, setUndone] = useState(null);
  const [refs, setRefs] = useState(() => look(place, ".refs") ?? []);
  const [because, setBecause] = useState("");
  const [shelved, setShelved] = useState([]),
    [extra, open] = useState(null);
  const [menu, setMenu] = useState({ items: [], at: 0, from: 0 });
  const box = useRef(null),
    where = useRef(place);
  where.current = place;
  const about = refs.filter((each) => text.includes(each.said)),
    what = { ...meant(text, to), refs: about.map((each) => each.ref) };
  const spelled = what.to.join(",");

  /** Show what is stored for this place: the text, its menus and the texts that failed before. */
  function show() {
    if (where.current !== place) return;
    const now = textAt(place),
      menus = (now && look(place, ".set")) || {};
    setText(now);
    setRefs(look(place, ".refs") ?? []);
    setBecause(menus.because ?? "");
    setShelved([
      ...refused(place).map((each) => ({ ...each, place })),
      ...waiting().filter((each) => each.place !== place),
    ]);
    draft.value = {
      ...draft.value,
      priority: draft.value.priority ?? menus.priority ?? null,
      intent: draft.value.intent ?? menus.intent ?? null,
    };
  }
  function keepMenus(reason) {
    put(place, ".set", {
      priority: draft.value.priority,
      intent: draft.value.intent,
      because: reason,
    });
  }
  useEffect(() => {
    recover(place, show);
    const ends = [
      version.subscribe(() => {
        if (settle(place)) {
          show();
          setUndone(null);
        }
      }),
      shelf.subscribe(show),
    ];
    return () => ends.forEach((end) => end());
  }, [place]);
  // Load the thread, so that answers of others are visible.
  useEffect(() => {
    if (set.about)
      call("message.history", {
        thread: set.about.thread,
        limit: 50,
        body_chars: BODY_CHARS,
        with_tallies: true,
      }).then(
        (told) => take(told.messages.reverse(), told.tallies.reverse()),
        () => {},
      );
  }, [set.about?.id]);
  const asked = useRef(0);
  // Before the next key can arrive: after c the person types on at once.
  useLayoutEffect(() => {
    if (focusAsked.value) {
      focusAsked.value = 0;
      const now = textAt(place);
      setText(now);
      if (box.current) box.current.value = now;
      box.current?.focus();
      box.current?.setSelectionRange(box.current.value.length, box.current.value.length);
    }
  }, [focusAsked.value]);
  // The box is as high as its text, also after a draft is restored and after sending.
  useLayoutEffect(() => {
    const it = box.current;
    if (!it) return;
    it.style.height = "auto";
    it.style.height = `${it.scrollHeight + it.offsetHeight - it.clientHeight}px`;
  }, [text, extra]);
  useEffect(() => {
    if (!text.trim() && !draft.value.to && !to) {
      setTold(null);
      return undefined;
    }
    const end = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setTold(
          await call(
            "message.preview",
            { to: what.to, priority: what.priority },
            { signal: end.signal },
          ),
        );
        setProblem(null);
      } catch (error) {
        if (error.name !== "AbortError") setProblem(refusal(error));
      }
    }, 200);
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [spelled, what.priority, Boolean(text.trim()), roster.value]);

  if (!mayWrite) return html`<div class="compose is-shut dim">This key is read-only.</div>`;

  function typed(value, caret) {
    setText(value);
    setUndone(null);
    if (value) store(place, value);
    else {
      discard(place);
      setBecause("");
    }
    const begun = /(^|\s)@([^\s@]*)$/.exec(value.slice(0, caret)),
      about = /(^|\s)#([^\s#]*)$/.exec(value.slice(0, caret)),
      turn = (asked.current += 1);
    if (about)
      import("./reference_menu.js")
        .then((module) => module.fitting(about[2]))
        .then(
          (items) => {
            if (turn === asked.current)
              setMenu({ items, at: 0, from: caret - about[2].length - 1 });
          },
          () => {},
        );
    if (!begun) {
      setMenu({ items: [], at: 0, from: 0 });
      return;
    }
    const part = begun[2].toLowerCase(),
      items = [];
    for (const each of roster.value.agents) {
      if (each.agent === me.agent) continue;
      if (
        each.agent.toLowerCase().startsWith(part) ||
        (part && each.agent.toLowerCase().includes(part))
      )
        items.push({ text: each.agent, each });
      for (const copy of each.instances ?? [])
        if (
          part.includes(":")
            ? `${each.agent}:${copy.instance}`.toLowerCase().startsWith(part)
            : false
        )
          items.push({ text: `${each.agent}:${copy.instance}`, each: copy });
    }
    setMenu({ items: items.slice(0, 8), at: 0, from: caret - begun[2].length });
    if (items.length < 8)
      more(part).then((told) => {
        if (told.length && turn === asked.current)
          setMenu({
            items: [...items, ...told.map((each) => ({ text: each.agent, each }))].slice(0, 8),
            at: 0,
            from: caret - begun[2].length,
          });
      });
  }

  function choose(item) {
    const caret = box.current.selectionStart;
    const said = item.said ?? item.text,
      value = `${text.slice(0, menu.from)}${said} ${text.slice(caret)}`;
    if (item.ref) {
      const all = [...refs.filter((each) => each.said !== said), { said, ref: item.ref }];
      setRefs(all);
      put(place, ".refs", all);
    }
    // At once: the next key can arrive before the next drawing.
    box.current.value = value;
    box.current.focus();
    box.current.setSelectionRange(menu.from + said.length + 1, menu.from + said.length + 1);
    typed(value, 0);
  }

  async function go() {
    if (!what.body.trim()) {
      setUndone("The message is empty.");
      return;
    }
    const why = what.priority === 5 ? because.trim() : "",
      taken = takeUp(place, text, what, why, set.parent ?? parent, about);
    setText("");
    setBecause("");
    setMenu({ items: [], at: 0, from: 0 });
    setUndone(null);
    try {
      const left = await send(taken);
      done(place, taken, true);
      drop();
      setUndone(left);
      floating.value = Boolean(left);
    } catch (error) {
      // A failure keeps the text and shows the reason, unless the message has arrived and only the
      // response was lost.
      const isSent = hasArrived(taken.key);
      done(place, taken, isSent, error);
      if (isSent || passes(error)) drop();
      if (isSent) floating.value = false;
      if (triedAt(place)?.key === taken.key) setUndone(refusal(error));
    }
  }

  /**
   * Move a text back into the box; the text there takes its place.
   *
   * @param {any} unsent
   */
  function edit({ place: from, ...each }) {
    if (from !== place) {
      if (unshelve(from, each)) done(from, each, false);
    } else if (unshelve(place, each)) {
      const own = text.trim()
        ? takeUp(
            place,
            text,
            what,
            what.priority === 5 ? because.trim() : "",
            set.parent ?? parent,
            about,
          )
        : null;
      bring(place, each);
      if (own) done(place, own, false);
    }
    show();
    box.current?.focus();
  }

  function onKeyDown(event) {
    if (
      menu.items.length &&
      ["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key) &&
      !event.ctrlKey &&
      !event.metaKey
    ) {
      event.preventDefault();
      if (event.key === "ArrowDown") setMenu({ ...menu, at: (menu.at + 1) % menu.items.length });
      else if (event.key === "ArrowUp")
        setMenu({ ...menu, at: (menu.at + menu.items.length - 1) % menu.items.length });
      else if (event.key === "Escape") setMenu({ items: [], at: 0, from: 0 });
      else choose(menu.items[menu.at]);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      go();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (set.parent || set.to) drop();
      floating.value = false;
      box.current.blur();
      focusPage();
    }
  }

  /** Mark the selected text as code, or begin a code block. */
  function code() {
    const { selectionStart: from, selectionEnd: to } = box.current,
      part = text.slice(from, to),
      isBlock = part.includes("\n") || !(part || /\S/.test(text.slice(0, from).split("\n").at(-1))),
      before = from && text[from - 1] !== "\n" ? "\n" : "",
      marked = isBlock ? `${before}\`\`\`\n${part}\n\`\`\`\n` : `\`${part}\``,
      caret = from + (isBlock ? before.length + 4 : 1);
    box.current.focus();
    box.current.setRangeText(marked, from, to);
    box.current.setSelectionRange(caret, caret + part.length);
    typed(box.current.value, 0);
  }
  /** Show or hide the preview or the list of drafts. */
  function toggle(name) {
    if (extra?.name === name) open(null);
    else
      import("./compose_more.js").then(
        (module) => open({ name, view: module[name] }),
        () => setUndone("This part of the page failed to load."),
      );
  }
  const drafts = places().filter((each) => each !== place && each !== "handed" && textAt(each));
  const many = told?.type === "broadcast" ? ` to ${told.recipient_count}` : "";
  const toAll = set.to?.map((each) => (each === "*" ? "everyone" : each)).join(", "),
    placeholder =
      label ?? (toAll ? `To ${toAll}` : "Message to everyone; start with @name for one agent");
  function submit(event) {
    event.preventDefault();
    go();
  }
  return html`<form class=${`compose ${floats ? "floats" : ""} ${urgencyOf(what)}`}
    onSubmit=${submit} aria-label="New message">
    ${
      set.about
        ? html`<div class="about"><span>Reply to <b><bdi>${safe(set.about.sender)}</bdi></b>: <bdi>
          ${safe((set.about.subject || set.about.body).slice(0, 90))}</bdi></span><button
          type="button" class="quiet small" onClick=${() => {
            draft.value = { ...EMPTY };
          }}>Not a reply</button></div><${Already} about=${set.about} />`
        : null
    }
    ${shelved.map(
      ({ place: from, ...each }) => html`<${Unsent} key=${each.key} each=${each}
        onRetry=${() => retry(from, each).then(({ left }) => left && setUndone(left))}
        onEdit=${() => edit({ ...each, place: from })} />`,
    )}
    ${
      extra
        ? html`<${extra.view} what=${what} parent=${set.parent ?? parent} told=${told}
            here=${place} onOpened=${() => open(null)} />`
        : null
    }
    <div class="write">
      <textarea ref=${box} rows="1" value=${text}
      placeholder=${placeholder} aria-label="Message"
        aria-autocomplete="list" aria-controls="names"
          aria-activedescendant=${menu.items.length ? `name-${menu.at}` : null} spellcheck="true"
        onInput=${(event) => typed(event.target.value, event.target.selectionStart)}
          onKeyDown=${onKeyDown}></textarea>
      <ul class="names" id="names" role="listbox" aria-label="Suggestions"
      hidden=${!menu.items.length}>${menu.items.map(
        (item, at) => html`<li id=${`name-${at}`} role="option"
          aria-selected=${at === menu.at} class=${at === menu.at ? "is-at" : ""}
        onMouseDown=${(event) => {
          event.preventDefault();
          choose(item);
        }}>${
          item.ref
            ? html`<span class="dim">#</span><bdi class="line">${safe(item.text)}</bdi><span
              class="dim">${item.note}</span><span class="dim num">${item.about}</span>`
            : html`<${Presence} state=${item.each.presence} /><bdi>${safe(item.text)}</bdi><span
              class="dim">${safe(item.each.machine ?? "")}</span><span class="dim num">
                ${lastSeen(item.each)}</span>`
        }</li>`,
      )}</ul>
    </div>
    ${
      about.length
        ? html`<p class="about-refs dim small">References: ${about.map(
            (each, at) => html`
    ${at ? ", " : ""}<bdi>${safe(each.ref.note)}</bdi>`,
          )}</p>`
        : null
    }
    <div class="send">
      <label>Intent <select value=${set.intent ?? ""} onChange=${(event) => {
        draft.value = { ...draft.value, intent: event.target.value || null };
        keepMenus(because);
      }}>
        <option value="">auto${what.isAuto ? ` (${words(what.intent)})` : ""}</option>
        ${INTENTS.map((each) => html`<option value=${each}>${words(each)}</option>`)}</select>
        </label>
      <label>Priority <select value=${String(what.priority)} onChange=${(event) => {
        draft.value = { ...draft.value, priority: Number(event.target.value) };
        keepMenus(because);
      }}>
        <option value="5">urgent</option><option value="4">high</option><option value="3">normal
        </option><option value="2">low</option></select></label>
      ${
        what.priority === 5
          ? html`<label class="because">Reason <input value=${because} maxlength="120"
            placeholder="shown to the recipient" onInput=${(event) => {
              setBecause(event.target.value);
              keepMenus(event.target.value);
            }} /></label>`
          : null
      }
      <div class="reached" aria-live="polite"><${Reached} told=${told} problem=${undone ?? problem}
      /></div>
      <span class="tools">
        <button type="button" class="quiet small" title="Code" aria-label="Code"
        onClick=${code}><${Icon} d=${CODE} /></button>
        <button type="button" class="quiet small" disabled=${!what.body.trim()}
        aria-expanded=${extra?.name === "Preview"} onClick=${() => toggle("Preview")}>Preview
        </button>
        ${
          drafts.length || extra?.name === "Drafts"
            ? html`<button type="button" class="quiet small"
                aria-expanded=${extra?.name === "Drafts"} onClick=${() => toggle("Drafts")}>
                Drafts <span class="num">${drafts.length}</span></button>`
            : null
        }
      </span>
      <button type="submit" class="primary" title="Send · Ctrl Enter">Send${many} <kbd>Ctrl ⏎</kbd>
      </button>
    </div>
  </form>`;
}
