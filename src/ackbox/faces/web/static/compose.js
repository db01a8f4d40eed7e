// Compose: who it goes to, what for, how urgent; and, before it is sent, how each recipient will be reached.
import { html, safe, Presence, words, age } from "./parts.js";
import { useEffect, useLayoutEffect, useRef, useState } from "./vendor/hooks.js";
import { signal } from "./vendor/signals.js";
import { INTENTS } from "./filter.js";
import { call, me, met, more, roster, sending, mayWrite, take, workspace, refusal } from "./store.js";

/** What is being written: for whom and as an answer to what. Kept by thread, so that it survives a reload. */
const empty = { to: null, parent: null, thread: null, place: null, about: null, intent: null, priority: null, after: null };
export const draft = signal({ ...empty });
export function forget() { drop(); floating.value = false; }
/** A view without a box of its own shows the floating one. */
export const floating = signal(false);
export const focusAsked = signal(0);

const kept = (thread) => `ackbox.draft.${workspace}.${thread ?? "new"}`;
function discard(place) { for (const end of ["", ".refs"]) localStorage.removeItem(kept(place) + end); }

// A text that was handed over has a place of its own: what somebody writes in its thread stays as it is.
const HANDED = "handed";
function drop() { discard(HANDED); draft.value = { ...empty }; }

export function compose(to = null, text = null) {
  draft.value = { ...empty, to };
  if (text !== null) localStorage.setItem(kept(null), text);
  ask();
}

/** Begin with a text that goes to somebody, as an answer or not; `after` is done once it is sent. */
export function hand(text, set) {
  localStorage.setItem(kept(HANDED), text);
  draft.value = { ...empty, ...set, place: HANDED };
  ask();
}

/** Answer a message: its sender and, in a conversation of several, the others. */
export function reply(message) {
  const mine = message.sender === me.agent;
  const to = mine ? (message.type === "broadcast" ? ["*"] : message.to) : [message.sender];
  draft.value = { ...empty, to, parent: message.id, thread: message.thread, about: message, intent: null };
  ask();
}

function ask() { floating.value = true; focusAsked.value += 1; }

// --- reading what was typed -------------------------------------------------------------------

const names = () => [...roster.value.agents.map((each) => each.agent), ...met.keys()].filter((name) => name !== me.agent);

/** Leading @names, a leading ! or !!, a leading /intent; what is left is the text. */
export function read(text, known = [...names(), ...roster.value.awaited]) {
  const to = [];
  let rest = text.trimStart(), priority = null, intent = null;
  const byLength = [...known].sort((one, other) => other.length - one.length);
  for (;;) {
    const bang = /^(!!?)(?=\s|$|@|\/)\s*/.exec(rest), slash = /^\/([a-z_]{2,32})(?=\s|$)\s*/.exec(rest);
    if (bang && priority === null) { priority = bang[1].length + 3; rest = rest.slice(bang[0].length); continue; }
    if (slash && intent === null) { intent = slash[1]; rest = rest.slice(slash[0].length); continue; }
    if (!rest.startsWith("@")) break;
    const name = byLength.find((each) => rest.slice(1, each.length + 1).toLowerCase() === each.toLowerCase() && /^($|[\s,:/])/.test(rest.slice(each.length + 1)));
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
  const typed = read(text), set = draft.value;
  const named = typed.to.filter((each) => !GREETS.has(each));
  const to = named.length ? named : set.to?.length ? set.to : usual?.length ? usual : ["*"];
  const priority = set.priority ?? typed.priority ?? 3;
  const intent = set.intent ?? typed.intent ?? (set.parent ? (/[?？]\s*$/.test(typed.rest) ? "question" : "answer") : /[?？]\s*$/.test(typed.rest) ? "question" : "inform");
  return { to, priority, intent, body: typed.rest, isAuto: set.intent === null && typed.intent === null };
}

function keptRefs(place) { try { return JSON.parse(localStorage.getItem(`${kept(place)}.refs`) ?? "[]"); } catch { return []; } }
function keepRefs(place, refs) { localStorage.setItem(`${kept(place)}.refs`, JSON.stringify(refs)); }

const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");

// What was tried last, and its key: the same again is stored once, also when only the answer was lost.
let tried = null;

async function send(what, because, parent) {
  const set = draft.value, asked = JSON.stringify([what, because, parent]);
  tried = tried?.asked === asked ? tried : { asked, key: random() };
  const shown = { id: `sending-${random()}`, seq: Infinity, sender: me.agent, sender_kind: ["human", "owner"].includes(me.role) ? "human" : "agent", type: what.to[0] === "*" ? "broadcast" : "direct",
    to: what.to, subject: null, body: what.body, intent: what.intent, priority: what.priority, refs: what.refs, thread: set.thread, created_at: new Date().toISOString(), sending: true, tally: { recipients: 0 } };
  sending.value = [...sending.value, shown];
  try {
    const told = await call("message.send", { to: what.to, body: what.body, intent: what.intent, priority: what.priority, parent: parent ?? undefined,
      refs: what.refs, metadata: because ? { because } : undefined, mention: true, idempotency_key: tried.key });
    tried = null;
    if (set.about && set.about.sender !== me.agent) await call("receipt.mark", { mark: "acknowledged", ids: [set.parent] }).catch(() => {});
    const left = await set.after?.().then(() => null, (error) => `Sent, but what it came from still waits: ${refusal(error)}`);
    // It is sent; when it cannot be read back now, the feed brings it.
    const back = await call("message.history", { ids: [told.id], body_chars: 240, with_tallies: true }).catch(() => null);
    if (back) take(back.messages, back.tallies);
    return left;
  } finally { sending.value = sending.value.filter((each) => each !== shown); }
}

// --- the box ----------------------------------------------------------------------------------

const REACH = { poll: "when it looks", hook: "at its next prompt", socket: "at once", push: "at once" };

function Reached({ told, problem }) {
  if (problem) return html`<span class="problem">${problem}</span>`;
  if (!told) return html`<span class="dim"> </span>`;
  if (told.type === "broadcast") {
    const away = told.recipient_count - told.online;
    return html`<span>${"→ everyone: "}${told.recipient_count} ${told.recipient_count === 1 ? "reader" : "readers"}, ${told.online} online${away ? `; for ${away} it waits` : ""}</span>`;
  }
  return html`<span>${"→ "}${told.recipients.map((each, at) => html`${at ? ", " : ""}<b><bdi>${safe(each.agent)}${each.instance ? `/${safe(each.instance)}` : ""}</bdi></b> <span class="dim">(${!each.known
    ? each.agent === "user" ? "no person has been here yet; it waits for the first" : html`nobody of that name has been here${each.near.length ? html`, did you mean <bdi>${safe(each.near[0])}</bdi>?` : "; it waits"}`
    : each.presence === "online" ? `online, ${REACH[each.reach] ?? each.reach}` : `${each.presence}${each.last_seen ? ` ${age(each.last_seen)}` : ""}, will wait`})</span>`)}</span>`;
}

export function Compose({ thread = null, parent = null, to = null, label = null, floats = false }) {
  const set = draft.value;
  const place = set.place ?? set.thread ?? thread ?? (to ? `to ${to.join(",")}` : null);
  const [text, setText] = useState(() => localStorage.getItem(kept(place)) ?? "");
  const [told, setTold] = useState(null);
  const [problem, setProblem] = useState(null), [undone, setUndone] = useState(null);
  const [refs, setRefs] = useState(() => keptRefs(place));
  const [because, setBecause] = useState("");
  const [menu, setMenu] = useState({ items: [], at: 0, from: 0 });
  const box = useRef(null);
  const about = refs.filter((each) => text.includes(each.said)), what = { ...meant(text, to), refs: about.map((each) => each.ref) };
  const spelled = what.to.join(",");

  useEffect(() => { setText(localStorage.getItem(kept(place)) ?? ""); setRefs(keptRefs(place)); }, [place]);
  const asked = useRef(0);
  // Before the next key can come: whoever presses c writes on at once.
  useLayoutEffect(() => { if (focusAsked.value) { focusAsked.value = 0; const now = localStorage.getItem(kept(place)) ?? ""; setText(now); if (box.current) box.current.value = now; box.current?.focus(); box.current?.setSelectionRange(box.current.value.length, box.current.value.length); } }, [focusAsked.value]);
  useEffect(() => {
    if (box.current) { box.current.style.height = "auto"; box.current.style.height = `${Math.min(box.current.scrollHeight, 220)}px`; }
    if (!text.trim() && !draft.value.to && !to) { setTold(null); return undefined; }
    const end = new AbortController();
    const timer = setTimeout(async () => {
      try { setTold(await call("message.preview", { to: what.to }, { signal: end.signal })); setProblem(null); } catch (error) { if (error.name !== "AbortError") setProblem(refusal(error)); }
    }, 200);
    return () => { clearTimeout(timer); end.abort(); };
  }, [spelled, Boolean(text.trim()), roster.value]);

  if (!mayWrite) return html`<div class="compose is-shut dim">This key only reads.</div>`;

  function typed(value, caret) {
    setText(value);
    if (value) localStorage.setItem(kept(place), value); else discard(place);
    const begun = /(^|\s)@([^\s@]*)$/.exec(value.slice(0, caret)), about = /(^|\s)#([^\s#]*)$/.exec(value.slice(0, caret)), turn = asked.current += 1;
    if (about) import("./refer.js").then((module) => module.fitting(about[2])).then((items) => { if (turn === asked.current) setMenu({ items, at: 0, from: caret - about[2].length - 1 }); }, () => {});
    if (!begun) { setMenu({ items: [], at: 0, from: 0 }); return; }
    const part = begun[2].toLowerCase(), items = [];
    for (const each of roster.value.agents) {
      if (each.agent === me.agent) continue;
      if (each.agent.toLowerCase().startsWith(part) || (part && each.agent.toLowerCase().includes(part))) items.push({ text: each.agent, each });
      for (const copy of each.instances ?? []) if (part.includes(":") ? `${each.agent}:${copy.instance}`.toLowerCase().startsWith(part) : false) items.push({ text: `${each.agent}:${copy.instance}`, each: copy });
    }
    setMenu({ items: items.slice(0, 8), at: 0, from: caret - begun[2].length });
    if (items.length < 8) more(part).then((told) => { if (told.length && turn === asked.current) setMenu({ items: [...items, ...told.map((each) => ({ text: each.agent, each }))].slice(0, 8), at: 0, from: caret - begun[2].length }); });
  }

  function choose(item) {
    const caret = box.current.selectionStart;
    const said = item.said ?? item.text, value = `${text.slice(0, menu.from)}${said} ${text.slice(caret)}`;
    if (item.ref) { const all = [...refs.filter((each) => each.said !== said), { said, ref: item.ref }]; setRefs(all); keepRefs(place, all); }
    // At once: the next key may come before the next drawing.
    box.current.value = value;
    box.current.focus();
    box.current.setSelectionRange(menu.from + said.length + 1, menu.from + said.length + 1);
    typed(value, 0);
  }

  async function go() {
    if (!what.body.trim()) { setProblem("There is nothing to send yet."); return; }
    const before = text;
    typed("", 0);
    setProblem(null);
    try {
      const left = await send(what, what.priority === 5 ? because.trim() : "", set.parent ?? parent);
      setBecause("");
      drop();
      setUndone(left);
      floating.value = Boolean(left);
    } catch (error) {
      // A failure keeps the text, and what it refers to, and says why.
      typed(before, 0);
      if (refs.length) keepRefs(place, refs);
      setProblem(refusal(error));
    }
  }

  function onKeyDown(event) {
    if (menu.items.length && ["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (event.key === "ArrowDown") setMenu({ ...menu, at: (menu.at + 1) % menu.items.length });
      else if (event.key === "ArrowUp") setMenu({ ...menu, at: (menu.at + menu.items.length - 1) % menu.items.length });
      else if (event.key === "Escape") setMenu({ items: [], at: 0, from: 0 });
      else choose(menu.items[menu.at]);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); go(); } 
    else if (event.key === "Escape") {
      event.preventDefault();
      if (set.parent || set.to) drop();
      floating.value = false;
      box.current.blur();
      document.querySelector(".list, [data-first]")?.focus();
    }
  }

  const many = told?.type === "broadcast" ? ` to ${told.recipient_count}` : "";
  return html`<form class=${`compose ${floats ? "floats" : ""} ${what.priority === 5 ? "is-urgent" : what.priority === 4 ? "is-high" : ""}`} onSubmit=${(event) => { event.preventDefault(); go(); }} aria-label="Write a message">
    ${set.about ? html`<div class="about"><span>answers <b><bdi>${safe(set.about.sender)}</bdi></b>: <bdi>${safe((set.about.subject || set.about.body).slice(0, 90))}</bdi></span><button type="button" class="quiet small" onClick=${() => { draft.value = { ...empty }; }}>not an answer</button></div>` : null}
    <div class="write">
      <textarea ref=${box} rows="1" value=${text} placeholder=${label ?? (set.to ? `To ${set.to.map((each) => each === "*" ? "everyone" : each).join(", ")}` : "Write to everyone, or begin with @name")} aria-label="Message"
        aria-autocomplete="list" aria-controls="names" aria-activedescendant=${menu.items.length ? `name-${menu.at}` : null} spellcheck="true"
        onInput=${(event) => typed(event.target.value, event.target.selectionStart)} onKeyDown=${onKeyDown} onFocus=${() => { if (!told && text.trim()) setTold(null); }}></textarea>
      <ul class="names" id="names" role="listbox" aria-label="Names, or tasks and conversations" hidden=${!menu.items.length}>${menu.items.map((item, at) => html`<li id=${`name-${at}`} role="option" aria-selected=${at === menu.at ? "true" : "false"} class=${at === menu.at ? "is-at" : ""}
        onMouseDown=${(event) => { event.preventDefault(); choose(item); }}>${item.ref ? html`<span class="dim">#</span><bdi class="line">${safe(item.text)}</bdi><span class="dim">${item.note}</span><span class="dim num">${item.about}</span>`
          : html`<${Presence} state=${item.each.presence} /><bdi>${safe(item.text)}</bdi><span class="dim">${safe(item.each.machine ?? "")}</span><span class="dim num">${item.each.presence === "online" ? "online" : item.each.last_seen ? age(item.each.last_seen) : ""}</span>`}</li>`)}</ul>
    </div>
    ${about.length ? html`<p class="about-refs dim small">refers to ${about.map((each, at) => html`${at ? ", " : ""}<bdi>${safe(each.ref.note)}</bdi>`)}</p>` : null}
    <div class="send">
      <label>intent <select value=${set.intent ?? ""} onChange=${(event) => { draft.value = { ...draft.value, intent: event.target.value || null }; }}>
        <option value="">auto${what.isAuto ? ` (${words(what.intent)})` : ""}</option>${INTENTS.map((each) => html`<option value=${each}>${words(each)}</option>`)}</select></label>
      <label>priority <select value=${String(what.priority)} onChange=${(event) => { draft.value = { ...draft.value, priority: Number(event.target.value) }; }}>
        <option value="5">urgent</option><option value="4">high</option><option value="3">normal</option><option value="2">low</option></select></label>
      ${what.priority === 5 ? html`<label class="because">because <input value=${because} maxlength="120" placeholder="shown to the recipient" onInput=${(event) => setBecause(event.target.value)} /></label>` : null}
      <div class="reached" aria-live="polite"><${Reached} told=${told} problem=${problem ?? undone} /></div>
      <button type="submit" class="primary" title="Send · Ctrl Enter">Send${many} <kbd>Ctrl ⏎</kbd></button>
    </div>
  </form>`;
}
