// References: tasks and conversations that match the text after a # in the message box.
import { firstLine } from "./ui.js";
import { call } from "../core/store.js";

const MAX_ITEMS = 8,
  MAX_LOADED = 100,
  FRESH_MS = 15_000;
let known = null,
  at = 0;

async function look() {
  if (known && Date.now() - at < FRESH_MS) return known;
  const [tasks, threads] = await Promise.all([
    call("task.list", { status: "unfinished", limit: MAX_LOADED }),
    call("thread.list", { limit: MAX_LOADED }),
  ]);
  at = Date.now();
  known = [...tasks.tasks.map(task), ...threads.threads.map(thread)];
  return known;
}

const task = (each) => ({
  text: each.title,
  note: each.status.replaceAll("_", " "),
  about: `t-${each.number}`,
  said: `#t-${each.number}`,
  ref: { kind: "task", target: each.id, note: each.title.slice(0, 200) },
});
function thread(head) {
  const line = firstLine(head.first).slice(0, 60);
  return {
    text: line,
    note: "conversation",
    about: String(head.messages),
    said: `"${line.replaceAll('"', "'")}"`,
    ref: { kind: "message", target: head.thread, note: line },
  };
}

/**
 * Matches by number or by part of the title or first line. Finished tasks are searched only if
 * nothing else matches.
 */
export async function fitting(part) {
  const low = part.toLowerCase(),
    found = (await look()).filter(
      (each) =>
        each.about === low || each.about === `t-${low}` || each.text.toLowerCase().includes(low),
    );
  if (found.length || low.length < 3) return found.slice(0, MAX_ITEMS);
  return (
    await call("task.search", { query: `"${part.replaceAll('"', "")}"`, limit: MAX_ITEMS }).catch(
      () => ({ tasks: [] }),
    )
  ).tasks.map(task);
}
