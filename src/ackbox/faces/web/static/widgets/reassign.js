// Hand: to whom something that waits goes instead. A task is given to them at once; anything else
// is written first, and looked at before it is sent.
import { html, Presence, firstLine, safe } from "./ui.js";
import { useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { hand } from "./compose.js";
import { useOthers } from "../core/frame.js";
import { call, me, roster, refusal } from "../core/store.js";

const RANK = { online: 0, idle: 1, away: 2 },
  MOST = 12;
const taskOf = (m) => m.refs.find((ref) => ref.kind === "task")?.target;

/**
 * What the button says: a blocked task is given to somebody else, what did not arrive is sent to
 * another.
 */
export function Hand({ need, isMine, words, onClose }) {
  const m = need.message,
    task = words === "Reassign" ? taskOf(m) : null;
  const [text, set] = useState(""),
    [at, setAt] = useState(0),
    [problem, fail] = useState("");
  const dialog = useRef(null),
    back = useRef(document.activeElement);
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
    .sort(
      (one, other) =>
        RANK[one.presence] - RANK[other.presence] || one.agent.localeCompare(other.agent),
    )
    .slice(0, MOST);
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
      fail(
        `${isGiven ? `${each.agent} has the task now, but this message still waits: ` : ""}${refusal(error)}`,
      );
      return;
    }
    onClose();
    // Once the dialog is gone: nothing behind it can have the focus before.
    if (whole)
      setTimeout(
        () =>
          hand(
            own
              ? whole.body
              : `${m.sender} ${m.intent === "blocked" ? "is blocked" : m.intent === "question" ? "asks" : "writes"}: ${whole.body}`,
            {
              to: [each.agent],
              intent: own ? m.intent : m.intent === "question" ? "question" : "request",
              priority: m.priority,
              parent: own ? m.parent : m.id,
              thread: m.thread,
              after: done,
            },
          ),
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
    aria-label=${`${words}: to whom`} role="combobox" aria-expanded="true" aria-controls="whom"
      aria-activedescendant=${found.length ? `whom-${at}` : null} autocomplete="off"
        spellcheck="false" autofocus
      onInput=${(event) => {
        set(event.target.value);
        setAt(0);
      }} onKeyDown=${onKeyDown} />
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    <ul id="whom" role="listbox" aria-label="Who is here">${found.map(
      (each, number) => html`<li id=${`whom-${number}`} role="option"
        aria-selected=${number === at ? "true" : "false"} class=${number === at ? "is-at" : ""}
          onClick=${() => pick(each)}>
      <${Presence} state=${each.presence} /><bdi>${safe(each.agent)}</bdi><span
      class="dim small line">${safe(each.summary ?? "")}</span><span class="grow"></span><span
        class="dim small nowrap">${safe(each.machine ?? "")}</span></li>`,
    )}</ul></dialog>`;
}
