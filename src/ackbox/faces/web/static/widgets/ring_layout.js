// The layout of the ring: which agent or group has which place, and the lines between places.
import { mostPresent } from "../core/lookup.js";

const MAX_NODES = 40;
const TURN = Math.PI * 2;

/**
 * The group at a place: one agent; with more than 40 agents their role, else their machine, else
 * the busiest agents and one place for the others.
 */
function grouping(all, pairs) {
  if (all.length <= MAX_NODES) return { by: "agent", of: (each) => each.agent };
  for (const by of ["role", "machine"]) {
    const known = all.filter((each) => each[by]),
      sizes = new Map();
    for (const each of known) sizes.set(each[by], (sizes.get(each[by]) ?? 0) + 1);
    if (sizes.size < 2 || known.length * 2 < all.length) continue;
    const kept = new Set(
      [...sizes]
        .sort((a, b) => b[1] - a[1])
        .slice(0, MAX_NODES - 2)
        .map(([name]) => name),
    );
    return {
      by,
      of: (each) => (!each[by] ? `no ${by}` : kept.has(each[by]) ? each[by] : `other ${by}s`),
    };
  }
  const counts = new Map(all.map((each) => [each.agent, 0]));
  for (const { sender, recipient, messages } of pairs)
    for (const name of [sender, recipient])
      if (name !== "*") counts.set(name, counts.get(name) + messages);
  const kept = new Set(
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .slice(0, MAX_NODES - 1)
      .map(([name]) => name),
  );
  return { by: "busiest", of: (each) => (kept.has(each.agent) ? each.agent : "others") };
}

/**
 * Places on the ring: by machine, then by name, so that they stay where people expect them. With
 * more than 40 agents a place is a group.
 */
export function places(agents, pairs) {
  const known = new Map(agents.map((each) => [each.agent, each]));
  for (const pair of pairs)
    for (const name of [pair.sender, pair.recipient])
      if (name !== "*" && !known.has(name))
        known.set(name, { agent: name, presence: "away", machine: null, role: null, unread: 0 });
  const all = [...known.values()].sort(
    (a, b) => (a.machine ?? "~").localeCompare(b.machine ?? "~") || a.agent.localeCompare(b.agent),
  );
  const { by, of: nameOf } = grouping(all, pairs),
    together = by !== "agent";
  const byName = new Map(),
    of = new Map();
  for (const each of together
    ? all.sort((a, b) => nameOf(a).localeCompare(nameOf(b)) || a.agent.localeCompare(b.agent))
    : all) {
    const name = nameOf(each);
    const node = byName.get(name) ?? {
      name,
      machine: each.machine ?? null,
      presence: "away",
      unread: 0,
      agents: [],
    };
    node.agents.push(each.agent);
    node.unread += each.unread ?? 0;
    node.presence = mostPresent([node.presence, each.presence]);
    byName.set(name, node);
    of.set(each.agent, name);
  }
  const list = [...byName.values()];
  const machines = together ? [] : [...new Set(list.map((node) => node.machine))];
  const gap = machines.length > 1 ? Math.min(0.14, 1.2 / machines.length) : 0,
    step = (TURN - gap * machines.length) / Math.max(list.length, 1);
  const arcs = [];
  let angle = -Math.PI / 2 - step / 2;
  for (const [number, node] of list.entries()) {
    if (number && !together && node.machine !== list[number - 1].machine) angle += gap;
    node.angle = angle + step / 2;
    const arc = arcs.at(-1);
    if (!together && node.machine) {
      if (arc?.machine === node.machine) arc.end = angle + step;
      else arcs.push({ machine: node.machine, start: angle, end: angle + step });
    }
    angle += step;
  }
  return { list, of, step, gap, arcs, byName, by };
}

/** Lines between places: pairs of agents with the same places are merged. */
export function linesOf(pairs, ring, { within = false } = {}) {
  const found = new Map();
  for (const pair of pairs) {
    const from = ring.of.get(pair.sender),
      to = pair.recipient === "*" ? "*" : ring.of.get(pair.recipient);
    if (!from || !to || (from === to && !within)) continue;
    const key = `${from}\n${to}`,
      last = Date.parse(pair.last_at),
      known = found.get(key);
    if (!known)
      found.set(key, {
        key,
        from,
        to,
        messages: pair.messages,
        urgent: pair.urgent,
        intent: pair.intent,
        last,
      });
    else {
      known.messages += pair.messages;
      known.urgent += pair.urgent;
      known.last = Math.max(known.last, last);
    }
  }
  return found;
}
