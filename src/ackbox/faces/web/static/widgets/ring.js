// The ring on its canvas: places, lines, dots on their way. Draws only while something moves; knows
// nothing of pages.
import { colours } from "../core/lookup.js";
import { mark, tokenOf } from "./ui.js";
import { time } from "../core/store.js";

const FRAME_MS = 33,
  MOST_DOTS = 160,
  TRAVEL_MS = 900,
  FADE_MS = 30_000,
  MOST_NODES = 40,
  FULL_UNREAD = 20,
  LINE = 16;
const TURN = Math.PI * 2;

/**
 * What a place stands for: one agent, or where there are more than forty their role, their machine,
 * or else the busiest one by one.
 */
function grouping(all, pairs) {
  if (all.length <= MOST_NODES) return { by: "agent", of: (each) => each.agent };
  for (const by of ["role", "machine"]) {
    const known = all.filter((each) => each[by]),
      sizes = new Map();
    for (const each of known) sizes.set(each[by], (sizes.get(each[by]) ?? 0) + 1);
    if (sizes.size < 2 || known.length * 2 < all.length) continue;
    const kept = new Set(
      [...sizes]
        .sort((a, b) => b[1] - a[1])
        .slice(0, MOST_NODES - 2)
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
      .slice(0, MOST_NODES - 1)
      .map(([name]) => name),
  );
  return { by: "busiest", of: (each) => (kept.has(each.agent) ? each.agent : "others") };
}

/**
 * Places on the ring: by machine, then by name, so that people learn them. Beyond forty agents a
 * place is a group.
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
    if (each.presence === "online" || (each.presence === "idle" && node.presence === "away"))
      node.presence = each.presence;
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

/** Lines between places: pairs of agents that share one are put together. */
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

/** Where a point of a curve through three points is. */
const at = (t, a, b, c) => (1 - t) * (1 - t) * a + 2 * (1 - t) * t * b + t * t * c;

export class Painter {
  constructor(canvas, { isStill }) {
    Object.assign(this, {
      canvas,
      isStill,
      pen: canvas.getContext("2d"),
      dots: [],
      now: time,
      only: null,
      chosen: null,
    });
    this.ring = { list: [], of: new Map(), arcs: [], byName: new Map(), step: 1, gap: 0 };
    this.names = new Map();
    this.marks = [];
    document.fonts.ready.then(() => {
      this.lay();
      this.wake();
    });
    this.lines = new Map();
    this.drawnAt = 0;
    this.size = 16;
  }

  /** Take the size of the canvas as the page has laid it out. */
  measure() {
    const { clientWidth: width, clientHeight: height } = this.canvas,
      scale = window.devicePixelRatio || 1;
    Object.assign(this, { width, height, scale });
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.style = getComputedStyle(this.canvas);
    this.colour = colours(this.canvas);
    this.radius = Math.max(Math.min(width / 2 - (width < 700 ? 92 : 150), height / 2 - 64), 60);
    this.lay();
    this.wake();
  }

  show(ring, lines) {
    this.ring = ring;
    this.lines = lines;
    this.lay();
    this.wake();
  }

  /**
   * Where names stand: level as long as none touches another, else each along its own ray, where
   * there is room for forty.
   */
  lay() {
    if (!this.width) return;
    this.size = Math.max(Math.min(20, this.radius * this.ring.step * 0.34), 5);
    this.pen.font = this.font(12, 620);
    const told = (node) =>
      node.agents.length > 1 ? `${node.name} · ${node.agents.length}` : node.name;
    const level = this.ring.list.map((node) =>
        this.level(told(node), node.angle, this.radius + this.size + 16),
      ),
      spots = level.map((each) => each.box);
    const touch = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    const isRadial = spots.some((a, at) => spots.slice(0, at).some((b) => touch(a, b)));
    this.names = new Map(
      this.ring.list.map((node, at) => [
        node.name,
        isRadial ? this.along(told(node), node.angle) : level[at],
      ]),
    );
    this.pen.font = this.font(11, 450);
    this.marks =
      this.width < 700
        ? []
        : this.ring.arcs
            .map((arc) =>
              isRadial
                ? this.along(arc.machine, arc.start - this.ring.gap / 2)
                : this.levelMark(arc),
            )
            .filter(({ box }) => !box || !spots.some((each) => touch(each, box)));
  }

  /** Level text outside the ring, on the side it belongs to, and the box it takes. */
  level(whole, angle, radius) {
    const cos = Math.cos(angle),
      sin = Math.sin(angle),
      x = this.width / 2 + cos * radius,
      y = this.height / 2 + sin * radius;
    const align = Math.abs(cos) < 0.25 ? "center" : cos > 0 ? "left" : "right",
      base = Math.abs(sin) < 0.35 ? "middle" : sin > 0 ? "top" : "bottom";
    const room =
      { left: this.width - x, right: x, center: 2 * Math.min(x, this.width - x) }[align] - 6;
    const text = this.cut(whole, Math.min(room, this.width < 700 ? 110 : 200)),
      wide = this.pen.measureText(text).width;
    const left = x - { left: 0, right: wide, center: wide / 2 }[align],
      top = y - { top: 0, middle: LINE / 2, bottom: LINE }[base];
    return { text, x, y, turn: 0, align, base, box: [left - 3, top, left + wide + 3, top + LINE] };
  }

  /** A machine's name, at the beginning of its arc: there is no name of an agent. */
  levelMark({ machine, start, end }) {
    const angle = start + Math.min((end - start) * 0.1, 0.1) * 0.5;
    return this.level(
      machine,
      angle,
      this.radius + this.size + (Math.abs(Math.sin(start)) > 0.7 ? 34 : 16),
    );
  }

  /** Text along the ray from the middle, readable from below on either side. */
  along(whole, angle) {
    const cos = Math.cos(angle),
      sin = Math.sin(angle),
      radius = this.radius + this.size + (this.size < 10 ? 8 : 14);
    const room =
      Math.min(
        this.width / 2 / Math.max(Math.abs(cos), 0.01),
        this.height / 2 / Math.max(Math.abs(sin), 0.01),
      ) -
      radius -
      6;
    return {
      text: this.cut(whole, Math.min(room, 200)),
      x: this.width / 2 + cos * radius,
      y: this.height / 2 + sin * radius,
      turn: cos < 0 ? angle + Math.PI : angle,
      align: cos < 0 ? "right" : "left",
      base: "middle",
    };
  }

  /** Let a message travel; what is over the most is only counted into its line. */
  travel({ sender, to, intent, priority, at: when }) {
    const from = this.ring.of.get(sender);
    if (!from) return;
    for (const recipient of to) {
      const target = recipient === "*" ? "*" : this.ring.of.get(recipient);
      if (!target || target === from) continue;
      const key = `${from}\n${target}`,
        line = this.lines.get(key);
      if (line) line.last = Math.max(line.last, when);
      else
        this.lines.set(key, { key, from, to: target, messages: 1, urgent: 0, intent, last: when });
      if (!this.isStill() && this.dots.length < MOST_DOTS)
        this.dots.push({ key, start: performance.now(), intent, urgent: priority >= 5 });
    }
    this.wake();
  }

  wake() {
    if (!this.frame && this.width) this.frame = requestAnimationFrame((time) => this.turn(time));
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  turn(time) {
    this.frame = 0;
    if (time - this.drawnAt < FRAME_MS - 4) {
      this.wake();
      return;
    }
    this.drawnAt = time;
    this.dots = this.dots.filter((dot) => time - dot.start < TRAVEL_MS);
    this.draw(time);
    if (this.dots.length) this.wake();
    else if (!this.fading && !this.isStill())
      this.fading = setTimeout(() => {
        this.fading = 0;
        this.wake();
      }, 1000);
  }

  point(name) {
    if (name === "*") return [this.width / 2, this.height / 2];
    const { angle } = this.ring.byName.get(name);
    return [
      this.width / 2 + Math.cos(angle) * this.radius,
      this.height / 2 + Math.sin(angle) * this.radius,
    ];
  }

  /**
   * The curve of a line: towards the middle, and to one side, so that both ways between two can be
   * told apart.
   */
  curve(line) {
    const [x1, y1] = this.point(line.from),
      [x2, y2] = this.point(line.to);
    const [mx, my] = [this.width / 2, this.height / 2];
    if (line.to === "*") return [x1, y1, (x1 + x2) / 2, (y1 + y2) / 2, x2, y2];
    const [px, py] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const side = 0.08;
    return [
      x1,
      y1,
      px + (mx - px) * 0.45 + (y2 - y1) * side,
      py + (my - py) * 0.45 - (x2 - x1) * side,
      x2,
      y2,
    ];
  }

  isShown(line) {
    return !this.only || line.from === this.only || line.to === this.only;
  }

  draw(time) {
    const { pen } = this,
      now = this.now();
    pen.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    for (const arc of this.ring.arcs) this.arc(arc);
    pen.fillStyle = this.colour("--text-3");
    pen.font = this.font(11, 450);
    for (const each of this.marks) this.write(each);
    const lines = [...this.lines.values()].filter(
      (line) =>
        this.ring.byName.has(line.from) && (line.to === "*" || this.ring.byName.has(line.to)),
    );
    for (const line of lines) this.line(line, now);
    if (lines.some((line) => line.to === "*")) this.hub();
    for (const dot of this.dots) this.dot(dot, (time - dot.start) / TRAVEL_MS);
    for (const node of this.ring.list) this.node(node);
  }

  arc({ start, end }) {
    const { pen } = this,
      pad = Math.min((end - start) * 0.1, 0.1);
    pen.strokeStyle = this.colour("--third");
    pen.lineWidth = 2 * this.size + 14;
    pen.lineCap = "round";
    pen.beginPath();
    pen.arc(this.width / 2, this.height / 2, this.radius, start + pad, end - pad);
    pen.stroke();
    pen.lineCap = "butt";
  }

  write({ text, x, y, turn, align, base }) {
    const { pen } = this;
    pen.save();
    pen.textAlign = align;
    pen.textBaseline = base;
    pen.translate(x, y);
    pen.rotate(turn);
    pen.fillText(text, 0, 0);
    pen.restore();
  }

  /** As much of a text as there is room for. */
  cut(text, room) {
    const { pen } = this;
    if (pen.measureText(text).width <= room) return text;
    const signs = [...text];
    let low = 0,
      high = signs.length;
    while (low < high) {
      const at = (low + high + 1) >> 1;
      if (pen.measureText(`${signs.slice(0, at).join("")}…`).width <= room) low = at;
      else high = at - 1;
    }
    return low ? `${signs.slice(0, low).join("").trimEnd()}…` : "";
  }

  font(size, weight) {
    return `${weight} ${size}px ${this.style.fontFamily}`;
  }

  line(line, now) {
    const { pen } = this,
      fresh = Math.exp(-Math.max(now - line.last, 0) / FADE_MS);
    const [x1, y1, cx, cy, x2, y2] = this.curve(line);
    pen.strokeStyle = this.colour(tokenOf(line.intent));
    pen.lineWidth = 1 + Math.min(Math.log2(1 + line.messages) * 0.7, 5);
    pen.globalAlpha = !this.isShown(line)
      ? 0.05
      : line.key === this.chosen
        ? 1
        : 0.42 + 0.5 * fresh;
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.quadraticCurveTo(cx, cy, x2, y2);
    pen.stroke();
    this.tip(line, cx, cy, x2, y2);
    pen.globalAlpha = 1;
  }

  /** The end of a line, pointing at the edge of its place. */
  tip(line, cx, cy, x2, y2) {
    const { pen } = this,
      way = Math.atan2(y2 - cy, x2 - cx),
      away = line.to === "*" ? 33 : this.size + 3,
      half = 2 + pen.lineWidth;
    const [x, y] = [x2 - Math.cos(way) * away, y2 - Math.sin(way) * away];
    pen.fillStyle = pen.strokeStyle;
    pen.beginPath();
    pen.moveTo(x, y);
    for (const side of [-0.42, 0.42])
      pen.lineTo(x - Math.cos(way + side) * half * 2.2, y - Math.sin(way + side) * half * 2.2);
    pen.fill();
  }

  hub() {
    const { pen } = this;
    pen.fillStyle = this.colour("--ground");
    pen.strokeStyle = this.colour("--fourth");
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.arc(this.width / 2, this.height / 2, 32, 0, TURN);
    pen.fill();
    pen.stroke();
    pen.fillStyle = this.colour("--text-2");
    pen.font = this.font(11, 500);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText("everyone", this.width / 2, this.height / 2);
  }

  dot({ key, intent, urgent }, t) {
    const line = this.lines.get(key);
    if (
      !line ||
      !this.isShown(line) ||
      !this.ring.byName.has(line.from) ||
      (line.to !== "*" && !this.ring.byName.has(line.to))
    )
      return;
    const [x1, y1, cx, cy, x2, y2] = this.curve(line),
      { pen } = this,
      ease = t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2;
    pen.fillStyle = this.colour(tokenOf(intent));
    pen.beginPath();
    pen.arc(at(ease, x1, cx, x2), at(ease, y1, cy, y2), urgent ? 6 : 4, 0, TURN);
    pen.fill();
  }

  node(node) {
    const { pen } = this,
      [x, y] = this.point(node.name),
      isDim = this.only && this.only !== node.name && !this.touches(node.name);
    const { size } = this;
    pen.globalAlpha = isDim ? 0.3 : 1;
    pen.fillStyle = this.colour("--second");
    pen.strokeStyle = this.colour(
      { online: "--online", idle: "--high", away: "--text-3" }[node.presence],
    );
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc(x, y, size, 0, TURN);
    pen.fill();
    pen.stroke();
    if (node.unread) {
      pen.strokeStyle = this.colour("--urgent");
      pen.lineWidth = 3;
      pen.beginPath();
      pen.arc(
        x,
        y,
        size + Math.min(5, size * 0.4),
        -Math.PI / 2,
        -Math.PI / 2 + TURN * Math.min(node.unread / FULL_UNREAD, 1),
      );
      pen.stroke();
    }
    if (size >= 14) {
      pen.fillStyle = this.colour("--text");
      pen.font = this.font(11, 600);
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(mark(node.name).text, x, y + 0.5);
    }
    pen.fillStyle = this.colour(node.name === this.only ? "--accent" : "--text-2");
    pen.font = this.font(12, node.name === this.only ? 620 : 500);
    this.write(this.names.get(node.name));
    pen.globalAlpha = 1;
  }

  touches(name) {
    for (const line of this.lines.values())
      if (
        (line.from === this.only && line.to === name) ||
        (line.to === this.only && line.from === name)
      )
        return true;
    return false;
  }

  /** The place under a point, or null. */
  placeAt(x, y) {
    let best = null,
      closest = 28;
    for (const node of this.ring.list) {
      const [nx, ny] = this.point(node.name),
        away = Math.hypot(nx - x, ny - y);
      if (away < closest) {
        closest = away;
        best = node.name;
      }
    }
    return best;
  }

  /** The line under a point, or null. */
  lineAt(x, y) {
    let best = null,
      closest = 7;
    for (const line of this.lines.values()) {
      if (
        !this.isShown(line) ||
        !this.ring.byName.has(line.from) ||
        (line.to !== "*" && !this.ring.byName.has(line.to))
      )
        continue;
      const [x1, y1, cx, cy, x2, y2] = this.curve(line);
      for (let t = 0.08; t < 0.95; t += 0.04) {
        const away = Math.hypot(at(t, x1, cx, x2) - x, at(t, y1, cy, y2) - y);
        if (away < closest) {
          closest = away;
          best = line;
        }
      }
    }
    return best;
  }
}
