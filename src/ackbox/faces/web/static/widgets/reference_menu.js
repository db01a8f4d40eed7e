// Refer: tasks and conversations that fit what stands after a # in the box.
import { firstLine } from "./ui.js";
import { call } from "../core/store.js";

const MOST = 8,
  LOOKED_AT = 100,
  FRESH_MS = 15_000;
let known = null,
  at = 0;

async function look() {
  if (known && Date.now() - at < FRESH_MS) return known;
  const [tasks, threads] = await Promise.all([
    call("task.list", { status: "unfinished", limit: LOOKED_AT }),
    call("thread.list", { limit: LOOKED_AT }),
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
 * What fits: a number, or a part of the title or first line; a task that is finished is looked for
 * when nothing else fits.
 */
export async function fitting(part) {
  const low = part.toLowerCase(),
    found = (await look()).filter(
      (each) =>
        each.about === low || each.about === `t-${low}` || each.text.toLowerCase().includes(low),
    );
  if (found.length || low.length < 3) return found.slice(0, MOST);
  return (
    await call("task.search", { query: `"${part.replaceAll('"', "")}"`, limit: MOST }).catch(
      () => ({ tasks: [] }),
    )
  ).tasks.map(task);
}
