// Export of the messages that match a filter, as CSV or JSON: page after page into one file.
import { html } from "./ui.js";
import { useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
import { base, call, load, refusal, workspace } from "../core/store.js";

const MAX_MESSAGES = 100_000;
const COLUMNS = [
  "id",
  "seq",
  "created_at",
  "sender",
  "sender_kind",
  "type",
  "to",
  "intent",
  "priority",
  "subject",
  "body",
  "thread",
  "parent",
  "expects_reply_by",
  "recipients",
  "delivered",
  "read",
  "acknowledged",
];

/** A cell of CSV. A text that a spreadsheet would run as a formula gets an apostrophe. */
function cell(value) {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? ""),
    isFormula = typeof value !== "number" && /^[=+\-@\t\r]/.test(text);
  return `"${(isFormula ? `'${text}` : text).replaceAll('"', '""')}"`;
}
const line = (cells) => `${cells.map(cell).join(",")}\r\n`;

/** Form → what opens the file, one message, what stands between two, and what closes it. */
const FORMS = {
  // The mark at the start: without it, spreadsheets do not read UTF-8.
  csv: ["\ufeff" + line(COLUMNS), (m) => line(COLUMNS.map((name) => m[name])), "", ""],
  json: ["[\n", (m) => JSON.stringify(m), ",\n", "\n]\n"],
};
const TYPES = { csv: "text/csv", json: "application/json" };

/** Run a request; wait and repeat while the server limits the rate. */
async function patiently(run) {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (error.code !== "rate_limited") throw error;
      await new Promise((done) => setTimeout(done, 1000 * (error.retry_after_s ?? 1)));
    }
  }
}

/** The messages of a filter, newest first, with complete text and their tallies. */
async function* pages(q, isOver) {
  let cursor = null;
  do {
    const search = new URLSearchParams({ ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) }),
      page = await patiently(() => load(`${base}/live`, `?${search}`));
    const rest = new Set(page.messages.map((m) => m.id)),
      whole = new Map();
    // A response holds as many complete messages as fit into it.
    while (rest.size && !isOver()) {
      const told = await patiently(() =>
        call("message.history", { ids: [...rest], with_tallies: true }),
      );
      told.messages.forEach((m, at) => whole.set(m.id, { ...m, ...told.tallies[at], id: m.id }));
      for (const m of told.messages) rest.delete(m.id);
      if (!told.messages.length) break;
    }
    yield page.messages.map((m) => whole.get(m.id)).filter(Boolean);
    cursor = page.cursor;
  } while (cursor && !isOver());
}

function save(parts, form) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type: TYPES[form] }));
  link.download = `${workspace.replace(/[^\w.-]+/g, "-")}-messages.${form}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A dialog that exports the messages of a filter. */
export function Export({ q, onClose }) {
  const dialog = useRef(null),
    isOver = useRef(false),
    back = useRef(/** @type {HTMLElement} */ (document.activeElement)),
    [done, progress] = useState(null),
    [problem, fail] = useState("");
  useLayoutEffect(() => {
    dialog.current.showModal();
    return () => {
      isOver.current = true;
      back.current?.focus?.();
    };
  }, []);
  async function run(form) {
    const [start, one, between, end] = FORMS[form],
      parts = [start];
    let count = 0;
    fail("");
    progress(0);
    try {
      for await (const page of pages(q, () => isOver.current || count >= MAX_MESSAGES)) {
        for (const m of page) {
          parts.push((count ? between : "") + one(m));
          count += 1;
        }
        progress(count);
      }
      if (isOver.current) return;
      save([...parts, end], form);
      dialog.current.close();
    } catch (error) {
      progress(null);
      fail(refusal(error));
    }
  }
  return html`<dialog class="palette doings" ref=${dialog} aria-label="Export" onClose=${onClose}
    onClick=${(event) => {
      if (event.target === dialog.current) dialog.current.close();
    }}><h2>Export messages</h2>
    <p class="dim">${q ? html`That match <b>${q}</b>` : "All messages"}, newest first, at most
      ${" "}${MAX_MESSAGES.toLocaleString("en")}.</p>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
    ${
      done === null
        ? html`<div class="together"><button type="button" class="primary"
            onClick=${() => run("csv")}>CSV</button><button type="button"
            onClick=${() => run("json")}>JSON</button><button type="button" class="quiet"
            onClick=${() => dialog.current.close()}>Cancel</button></div>`
        : html`<p role="status" class="num">${done.toLocaleString("en")} messages …</p>
            <div class="together"><button type="button"
            onClick=${() => dialog.current.close()}>Cancel</button></div>`
    }</dialog>`;
}
