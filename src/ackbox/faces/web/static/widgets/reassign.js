// Reassign: who takes over a waiting message. A task is assigned at once; for other messages the
// person reviews a draft before it is sent.
import { html, Presence, firstLine, safe } from "./ui.js";
import { useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { prepare } from "./drafts.js";
import { useOthers } from "../core/frame.js";
import { byPresence } from "../core/lookup.js";
import { call, me, roster, refusal } from "../core/store.js";

const MAX_AGENTS = 12;
const VERBS = { blocked: "is blocked", question: "asks" };
const taskOf = (m) => m.refs.find((ref) => ref.kind === "task")?.target;

/** A dialog that asks for an agent; `words` is the label of the button that opened it. */
export function Reassign({ need, isMine, words, onClose }) {
  const m = need.message,
    task = words === "Reassign" ? taskOf(m) : null;
  const [text, set] = useState(""),
    [at, setAt] = useState(0),
    [problem, fail] = useState("");
  const dialog = useRef(null),
    back = useRef(/** @type {HTMLElement} */ (document.activeElement));
  useLayoutEffect(() => {
    dialog.current.showModal();
    return () => {
      if (document.activeElement === document.body || !document.activeElement)
        back.current?.focus?.();
    };
  }, []);
  const low = text.trim().toLowerCase(),
    others = useOthers(low);
  const found = [...roster.value.agents, ...others]
    .filter(
      (each) =>
        each.agent !== me.agent &&
        each.agent !== m.sender &&
        !need.waiting_for.includes(each.agent) &&
        each.agent.toLowerCase().includes(low),
    )
    .sort(byPresence)
    .slice(0, MAX_AGENTS);
  async function pick(each) {
    if (!each) return;
    const done = async () => {
      if (m.sender === me.agent) await call("message.withdraw", { id: m.id });
      else if (isMine) await call("receipt.mark", { mark: "acknowledged", ids: [m.id] });
    };
    const own = m.sender === me.agent;
    let whole = null,
      isGiven = false;
    try {
      if (task) {
        await call("task.assign", { id: task, to: each.agent });
        isGiven = true;
        await done();
      } else whole = await call("message.get", { id: m.id });
    } catch (error) {
      const before = isGiven ? `Assigned to ${each.agent}, but this message still waits: ` : "";
      fail(before + refusal(error));
      return;
    }
    onClose();
    // After the dialog is gone: until then nothing behind it can take the focus.
    if (whole)
      setTimeout(
        () =>
          prepare(own ? whole.body : `${m.sender} ${VERBS[m.intent] ?? "writes"}: ${whole.body}`, {
            to: [each.agent],
            intent: own ? m.intent : m.intent === "question" ? "question" : "request",
            priority: m.priority,
            parent: own ? m.parent : m.id,
            thread: m.thread,
            after: done,
          }),
        0,
      );
  }
  function onKeyDown(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(found.length - 1, at + by)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(found[at]);
    }
  }
  return html`<dialog class="palette" ref=${dialog} aria-label=${words} onClose=${onClose}
    onClick=${(event) => {
      if (event.target === dialog.current) onClose();
    }}>
    <input value=${text} placeholder=${`${words}: ${firstLine(m).slice(0, 60)}`}
    aria-label=${`${words}: recipient`} role="combobox" aria-expanded="true" aria-controls="whom"
      aria-activedescendant=${found.length ? `whom-${at}` : null} autocomplete="off"
        spellcheck="false" autofocus
      onInput=${(event) => {
        set(event.target.value);
        setAt(0);
      }} onKeyDown=${onKeyDown} />
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    <ul id="whom" role="listbox" aria-label="Agents">${found.map(
      (each, number) => html`<li id=${`whom-${number}`} role="option"
        aria-selected=${number === at} class=${number === at ? "is-at" : ""}
          onClick=${() => pick(each)}>
      <${Presence} state=${each.presence} /><bdi>${safe(each.agent)}</bdi><span
      class="dim small line">${safe(each.summary ?? "")}</span><span class="grow"></span><span
        class="dim small nowrap">${safe(each.machine ?? "")}</span></li>`,
    )}</ul></dialog>`;
}
