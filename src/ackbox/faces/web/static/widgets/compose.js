// Compose: who it goes to, what for, how urgent; and, before it is sent, how each recipient will be
// reached.
import { html, firstLine, safe, Presence, words, age } from "./ui.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { signal } from "../vendor/signals.js";
import { INTENTS } from "../core/filter.js";
import {
  BODY_CHARS,
  call,
  me,
  met,
  more,
  refusal,
  ring,
  roster,
  sending,
  mayWrite,
  take,
  time,
  version,
  workspace,
} from "../core/store.js";

/**
 * What is being written: for whom and as an answer to what. Kept by thread, so that it survives a
 * reload.
 */
const empty = {
  to: null,
  parent: null,
  thread: null,
  place: null,
  about: null,
  intent: null,
  priority: null,
  after: null,
};
const draft = signal({ ...empty });
export function forget() {
  drop();
  floating.value = false;
}
/** A view without a box of its own shows the floating one. */
export const floating = signal(false);
const focusAsked = signal(0);

const kept = (thread) => `ackbox.draft.${workspace}.${thread ?? "new"}`;
function discard(place) {
  for (const end of ["", ".refs", ".set", ".tried"]) localStorage.removeItem(kept(place) + end);
}
/**
 * What is kept beside a text: `.refs`, what its menus say, what was tried, what is on its way, what
 * was refused.
 */
function look(place, end) {
  try {
    return JSON.parse(localStorage.getItem(kept(place) + end));
  } catch {
    return null;
  }
}
function put(place, end, value) {
  if (value && value.length !== 0) localStorage.setItem(kept(place) + end, JSON.stringify(value));
  else localStorage.removeItem(kept(place) + end);
}

// A text that was handed over has a place of its own: what somebody writes in its thread stays as
// it is.
const HANDED = "handed";
function drop() {
  discard(HANDED);
  draft.value = { ...empty };
}

export function compose(to = null, text = null) {
  draft.value = { ...empty, to };
  if (text !== null) localStorage.setItem(kept(null), text);
  ask();
}

/**
 * Begin with a text that goes to somebody, as an answer or not; `after` is done once it is sent.
 */
export function hand(text, set) {
  discard(HANDED);
  localStorage.setItem(kept(HANDED), text);
  draft.value = { ...empty, ...set, place: HANDED };
  ask();
}

/** Answer a message: its sender and, in a conversation of several, the others. */
export function reply(message) {
  const mine = message.sender === me.agent;
  const to = mine ? (message.type === "broadcast" ? ["*"] : message.to) : [message.sender];
  draft.value = {
    ...empty,
    to,
    parent: message.id,
    thread: message.thread,
    about: message,
    intent: null,
  };
  ask();
}

function ask() {
  floating.value = true;
  focusAsked.value += 1;
}

// --- reading what was typed -------------------------------------------------------------------

const names = () =>
  [...roster.value.agents.map((each) => each.agent), ...met.keys()].filter(
    (name) => name !== me.agent,
  );

/** Leading @names, a leading ! or !!, a leading /intent; what is left is the text. */
export function read(text, known = [...names(), ...roster.value.awaited]) {
  const to = [];
  let rest = text.trimStart(),
    priority = null,
    intent = null;
  const byLength = [...known].sort((one, other) => other.length - one.length);
  for (;;) {
    const bang = /^(!!?)(?=\s|$|@|\/)\s*/.exec(rest),
      slash = /^\/([a-z_]{2,32})(?=\s|$)\s*/.exec(rest);
    if (bang && priority === null) {
      priority = bang[1].length + 3;
      rest = rest.slice(bang[0].length);
      continue;
    }
    if (slash && intent === null) {
      intent = slash[1];
      rest = rest.slice(slash[0].length);
      continue;
    }
    if (!rest.startsWith("@")) break;
    const name = byLength.find(
      (each) =>
        rest.slice(1, each.length + 1).toLowerCase() === each.toLowerCase() &&
        /^($|[\s,:/])/.test(rest.slice(each.length + 1)),
    );
    const typed = name ?? /^@([^\s,:/@*]{1,200})/.exec(rest)?.[1];
    if (!typed) break;
    let after = rest.slice(1 + typed.length);
    const copy = /^[:/]([^\s,@]{1,200})/.exec(after);
    if (copy) after = after.slice(copy[0].length);
    to.push((name ?? typed) + (copy ? `/${copy[1]}` : ""));
    rest = after.replace(/^[\s,]+/, "");
  }
  return { to, rest, priority, intent };
}

const GREETS = new Set(["everyone", "all"]);

/** Everything about a message to be, from the box and its menus. */
function meant(text, usual) {
  const typed = read(text),
    set = draft.value;
  const named = typed.to.filter((each) => !GREETS.has(each));
  const to = named.length ? named : set.to?.length ? set.to : usual?.length ? usual : ["*"];
  const priority = set.priority ?? typed.priority ?? 3;
  const intent =
    set.intent ??
    typed.intent ??
    (set.parent
      ? /[?？]\s*$/.test(typed.rest)
        ? "question"
        : "answer"
      : /[?？]\s*$/.test(typed.rest)
        ? "question"
        : "inform");
  return {
    to,
    priority,
    intent,
    body: typed.rest,
    isAuto: set.intent === null && typed.intent === null,
  };
}

const random = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((each) => each.toString(16).padStart(2, "0"))
    .join("");

// Texts that are on their way, by place: who closes the page meanwhile finds them again, and no
// other tab takes them up. Each document holds a lock of its own name as long as it is there.
const DOCUMENT = `ackbox.${random()}`,
  LONG_GONE_MS = 60_000;
navigator.locks?.request(DOCUMENT, () => new Promise(() => {}));
const triedAt = (place) => look(place, ".tried"),
  sent = (place) => look(place, ".sent") ?? [],
  refused = (place) => look(place, ".refused") ?? [];
// What else is done once a text is sent; nothing that could be stored.
const afters = new Map();

/**
 * Take a text from its place, to send it. What was tried from there last keeps its key: the same
 * again is stored once, also when only the answer was lost.
 */
function takeUp(place, text, what, because, parent, refs) {
  const { parent: to, thread, about, after } = draft.value,
    asked = JSON.stringify([what, because, to]),
    tried = triedAt(place);
  const now = {
    text,
    refs,
    set: look(place, ".set"),
    from: { parent: to, thread, about: about && { id: about.id, sender: about.sender } },
    by: DOCUMENT,
    at: Date.now(),
    ...(tried?.asked === asked ? tried : { asked, parent, key: random() }),
  };
  if (after) afters.set(now.key, after);
  discard(place);
  put(place, ".sent", [...sent(place), now]);
  return now;
}

/** Put a text into its box, as it was tried. */
function bring(place, { key, asked, parent, text, refs, set }) {
  localStorage.setItem(kept(place), text);
  put(place, ".tried", { asked, key, parent, text });
  put(place, ".refs", refs);
  put(place, ".set", set);
}

/**
 * It is sent; or it is not, and comes back to its place: into the box, or where another text was
 * begun there since above it, with why.
 */
function done(place, each, isSent, why) {
  put(
    place,
    ".sent",
    sent(place).filter((one) => one.key !== each.key),
  );
  if (isSent) afters.delete(each.key);
  else if (localStorage.getItem(kept(place)))
    put(place, ".refused", [...refused(place), { ...each, why }]);
  else bring(place, each);
}

/** Take what was refused from above the box; false when another page has done so. */
function unshelve(place, each) {
  const all = refused(place),
    left = all.filter((one) => one.key !== each.key);
  put(place, ".refused", left);
  return left.length < all.length;
}

const LOOKED_BACK = 500;
function hasCome(key) {
  for (let at = ring.length - 1; at >= Math.max(0, ring.length - LOOKED_BACK); at -= 1)
    if (ring[at].idempotency_key === key) return true;
  return false;
}

/**
 * What was tried and seemed to fail has come after all: it is not offered again. Returns whether it
 * was so.
 */
function settle(place) {
  const all = refused(place),
    left = all.filter((each) => !hasCome(each.key)),
    tried = triedAt(place),
    isHere = Boolean(tried && hasCome(tried.key));
  if (left.length < all.length) put(place, ".refused", left);
  if (isHere) {
    if (localStorage.getItem(kept(place)) === tried.text) discard(place);
    else put(place, ".tried", null);
  }
  return isHere || left.length < all.length;
}

/**
 * Find again what a page took up that is gone by now, unless it has come after all; `then` is done
 * when a text has come back.
 */
function recover(place, then) {
  settle(place);
  for (const each of sent(place)) {
    const back = () => {
      if (!sent(place).some((one) => one.key === each.key)) return;
      done(place, each, hasCome(each.key), "Its page was closed before an answer came.");
      then();
    };
    if (each.by === DOCUMENT) continue;
    // The lock is to be had once that page is gone; without locks, as at an address without TLS,
    // after a while.
    if (navigator.locks) navigator.locks.request(each.by, back);
    else if (each.at < Date.now() - LONG_GONE_MS) back();
  }
}

async function send({ asked, key, parent, from: set }) {
  const [what, because] = JSON.parse(asked);
  const shown = {
    key,
    id: `sending-${random()}`,
    seq: Infinity,
    sender: me.agent,
    sender_kind: ["human", "owner"].includes(me.role) ? "human" : "agent",
    type: what.to[0] === "*" ? "broadcast" : "direct",
    to: what.to,
    subject: null,
    body: what.body,
    intent: what.intent,
    priority: what.priority,
    refs: what.refs,
    thread: set.thread,
    created_at: new Date(time()).toISOString(),
    sending: true,
    tally: { recipients: 0 },
  };
  sending.value = [...sending.value, shown];
  try {
    const told = await call("message.send", {
      to: what.to,
      body: what.body,
      intent: what.intent,
      priority: what.priority,
      parent: parent ?? undefined,
      refs: what.refs,
      metadata: because ? { because } : undefined,
      mention: true,
      idempotency_key: key,
    });
    if (set.about && set.about.sender !== me.agent)
      await call("receipt.mark", { mark: "acknowledged", ids: [set.parent] }).catch(() => {});
    const left = await afters
      .get(key)?.()
      .then(
        () => null,
        (error) => `Sent, but what it came from still waits: ${refusal(error)}`,
      );
    // It is sent; when it cannot be read back now, the feed brings it.
    const back = await call("message.history", {
      ids: [told.id],
      body_chars: 240,
      with_tallies: true,
    }).catch(() => null);
    if (back) take(back.messages, back.tallies);
    return left;
  } finally {
    sending.value = sending.value.filter((each) => each !== shown);
  }
}

// --- the box ----------------------------------------------------------------------------------

const REACH = {
  poll: "when it looks",
  hook: "at its next prompt",
  socket: "at once",
  push: "at once",
};

function Reached({ told, problem }) {
  if (problem) return html`<span class="problem">${problem}</span>`;
  if (!told) return html`<span class="dim"> </span>`;
  if (told.type === "broadcast") {
    const away = told.recipient_count - told.online;
    return html`<span>${"→ everyone: "}
      ${told.recipient_count} ${told.recipient_count === 1 ? "reader" : "readers"}
      , ${told.online} online${away ? `; for ${away} it waits` : ""}</span>`;
  }
  return html`<span>${"→ "}${told.recipients.map(
    (each, at) =>
      html`${at ? ", " : ""}<b><bdi>${safe(each.agent)}
        ${each.instance ? `/${safe(each.instance)}` : ""}</bdi></b> <span class="dim">(${
          !each.known
            ? each.agent === "user"
              ? "no person has been here yet; it waits for the first"
              : html`nobody of that name has been here${
                  each.near.length
                    ? html`, did you mean <bdi>
              ${safe(each.near[0])}</bdi>?`
                    : "; it waits"
                }`
            : each.presence === "online"
              ? `online, ${REACH[each.reach] ?? each.reach}`
              : `${each.presence}${each.last_seen ? ` ${age(each.last_seen)}` : ""}, will wait`
        })</span>`,
  )}</span>`;
}

/** Somebody else's answer to what one is about to answer. */
function Already({ about }) {
  let found = null;
  if (version.value)
    for (let at = ring.length - 1; at >= 0 && ring[at].seq > about.seq && !found; at -= 1)
      if (ring[at].parent === about.id && ![me.agent, about.sender].includes(ring[at].sender))
        found = ring[at];
  return html`<div role="status">${
    found
      ? html`<p class="already"><b><bdi>${safe(found.sender)}
    </bdi></b> has answered already: <bdi>${firstLine(found).slice(0, 120)}</bdi></p>`
      : null
  }</div>
    `;
}

export function Compose({ thread = null, parent = null, to = null, label = null, floats = false }) {
  const set = draft.value;
  const place = set.place ?? set.thread ?? thread ?? (to ? `to ${to.join(",")}` : null);
  const [text, setText] = useState(() => localStorage.getItem(kept(place)) ?? "");
  const [told, setTold] = useState(null);
  // What the line under the box says instead: why it cannot be sent, and why it was not, until
  // something else is typed.
  const [problem, setProblem] = useState(null),
    [undone, setUndone] = useState(null);
  const [refs, setRefs] = useState(() => look(place, ".refs") ?? []);
  const [because, setBecause] = useState("");
  const [shelved, setShelved] = useState([]);
  const [menu, setMenu] = useState({ items: [], at: 0, from: 0 });
  const box = useRef(null),
    where = useRef(place);
  where.current = place;
  const about = refs.filter((each) => text.includes(each.said)),
    what = { ...meant(text, to), refs: about.map((each) => each.ref) };
  const spelled = what.to.join(",");

  /**
   * Draw what is kept in this place: the text, what goes with it, and what was refused before it.
   */
  function show() {
    if (where.current !== place) return;
    const now = localStorage.getItem(kept(place)) ?? "",
      menus = (now && look(place, ".set")) || {};
    setText(now);
    setRefs(look(place, ".refs") ?? []);
    setBecause(menus.because ?? "");
    setShelved(refused(place));
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
    show();
    return version.subscribe(() => {
      if (settle(place)) {
        show();
        setUndone(null);
      }
    });
  }, [place]);
  // Whoever answers sees what others have answered meanwhile.
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
  // Before the next key can come: whoever presses c writes on at once.
  useLayoutEffect(() => {
    if (focusAsked.value) {
      focusAsked.value = 0;
      const now = localStorage.getItem(kept(place)) ?? "";
      setText(now);
      if (box.current) box.current.value = now;
      box.current?.focus();
      box.current?.setSelectionRange(box.current.value.length, box.current.value.length);
    }
  }, [focusAsked.value]);
  useEffect(() => {
    if (box.current) {
      box.current.style.height = "auto";
      box.current.style.height = `${Math.min(box.current.scrollHeight, 220)}px`;
    }
    if (!text.trim() && !draft.value.to && !to) {
      setTold(null);
      return undefined;
    }
    const end = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setTold(await call("message.preview", { to: what.to }, { signal: end.signal }));
        setProblem(null);
      } catch (error) {
        if (error.name !== "AbortError") setProblem(refusal(error));
      }
    }, 200);
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [spelled, Boolean(text.trim()), roster.value]);

  if (!mayWrite) return html`<div class="compose is-shut dim">This key only reads.</div>`;

  function typed(value, caret) {
    setText(value);
    setUndone(null);
    if (value) localStorage.setItem(kept(place), value);
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
    // At once: the next key may come before the next drawing.
    box.current.value = value;
    box.current.focus();
    box.current.setSelectionRange(menu.from + said.length + 1, menu.from + said.length + 1);
    typed(value, 0);
  }

  async function go() {
    if (!what.body.trim()) {
      setUndone("There is nothing to send yet.");
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
      // A failure keeps the text and says why; unless only the answer failed, and the message is
      // here.
      const isSent = hasCome(taken.key);
      done(place, taken, isSent, refusal(error));
      if (isSent) {
        drop();
        floating.value = false;
        return;
      }
      show();
      if (triedAt(place)?.key === taken.key) setUndone(refusal(error));
    }
  }

  /** Send what was refused before, as it was; what is in the box stays there. */
  async function again(each) {
    if (!unshelve(place, each)) {
      show();
      return;
    }
    put(place, ".sent", [...sent(place), { ...each, by: DOCUMENT, at: Date.now() }]);
    show();
    try {
      const left = await send(each);
      done(place, each, true);
      setUndone(left);
    } catch (error) {
      done(place, each, hasCome(each.key), refusal(error));
    }
    show();
  }

  /** Take what was refused back into the box; what is there changes places with it. */
  function edit(each) {
    if (unshelve(place, each)) {
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
      if (own) done(place, own, false, "Not sent yet.");
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
      document.querySelector(".list, [data-first]")?.focus();
    }
  }

  const many = told?.type === "broadcast" ? ` to ${told.recipient_count}` : "";
  return html`<form class=${`compose ${floats ? "floats" : ""} ${what.priority === 5 ? "is-urgent" : what.priority === 4 ? "is-high" : ""}`} onSubmit=${(
    event,
  ) => {
    event.preventDefault();
    go();
  }} aria-label="Write a message">
    ${
      set.about
        ? html`<div class="about"><span>answers <b><bdi>${safe(set.about.sender)}</bdi></b>: <bdi>
          ${safe((set.about.subject || set.about.body).slice(0, 90))}</bdi></span><button
          type="button" class="quiet small" onClick=${() => {
            draft.value = { ...empty };
          }}>not an answer</button></div><${Already} about=${set.about} />`
        : null
    }
    ${shelved.map(
      (each) => html`<div class="unsent" key=${each.key}><bdi class="line">
        ${safe(each.text.slice(0, 200))}</bdi><span class="problem" role="alert">${each.why}</span>
      <button type="button" class="quiet small" onClick=${() => again(each)}>Try again</button>
      <button type="button" class="quiet small" onClick=${() => edit(each)}>Edit</button></div>`,
    )}
    <div class="write">
      <textarea ref=${box} rows="1" value=${text}
      placeholder=${label ?? (set.to ? `To ${set.to.map((each) => (each === "*" ? "everyone" : each)).join(", ")}` : "Write to everyone, or begin with @name")} aria-label="Message"
        aria-autocomplete="list" aria-controls="names"
          aria-activedescendant=${menu.items.length ? `name-${menu.at}` : null} spellcheck="true"
        onInput=${(event) => typed(event.target.value, event.target.selectionStart)}
          onKeyDown=${onKeyDown} onFocus=${() => {
            if (!told && text.trim()) setTold(null);
          }}></textarea>
      <ul class="names" id="names" role="listbox" aria-label="Names, or tasks and conversations"
      hidden=${!menu.items.length}>${menu.items.map(
        (item, at) => html`<li id=${`name-${at}`} role="option"
          aria-selected=${at === menu.at ? "true" : "false"} class=${at === menu.at ? "is-at" : ""}
        onMouseDown=${(event) => {
          event.preventDefault();
          choose(item);
        }}>${
          item.ref
            ? html`<span class="dim">#</span><bdi class="line">${safe(item.text)}</bdi><span
              class="dim">${item.note}</span><span class="dim num">${item.about}</span>`
            : html`<${Presence} state=${item.each.presence} /><bdi>${safe(item.text)}</bdi><span
              class="dim">${safe(item.each.machine ?? "")}</span><span class="dim num">
                ${item.each.presence === "online" ? "online" : item.each.last_seen ? age(item.each.last_seen) : ""}</span>`
        }</li>`,
      )}</ul>
    </div>
    ${
      about.length
        ? html`<p class="about-refs dim small">refers to ${about.map(
            (each, at) => html`
    ${at ? ", " : ""}<bdi>${safe(each.ref.note)}</bdi>`,
          )}</p>`
        : null
    }
    <div class="send">
      <label>intent <select value=${set.intent ?? ""} onChange=${(event) => {
        draft.value = { ...draft.value, intent: event.target.value || null };
        keepMenus(because);
      }}>
        <option value="">auto${what.isAuto ? ` (${words(what.intent)})` : ""}</option>
        ${INTENTS.map((each) => html`<option value=${each}>${words(each)}</option>`)}</select>
        </label>
      <label>priority <select value=${String(what.priority)} onChange=${(event) => {
        draft.value = { ...draft.value, priority: Number(event.target.value) };
        keepMenus(because);
      }}>
        <option value="5">urgent</option><option value="4">high</option><option value="3">normal
        </option><option value="2">low</option></select></label>
      ${
        what.priority === 5
          ? html`<label class="because">because <input value=${because} maxlength="120"
            placeholder="shown to the recipient" onInput=${(event) => {
              setBecause(event.target.value);
              keepMenus(event.target.value);
            }} /></label>`
          : null
      }
      <div class="reached" aria-live="polite"><${Reached} told=${told} problem=${undone ?? problem}
      /></div>
      <button type="submit" class="primary" title="Send · Ctrl Enter">Send${many} <kbd>Ctrl ⏎</kbd>
      </button>
    </div>
  </form>`;
}
