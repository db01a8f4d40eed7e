// The ring on its canvas: places, lines and moving dots. Draws only while something moves.
import { colours } from "../core/lookup.js";
import { mark, tokenOf } from "./ui.js";
import { time } from "../core/store.js";

/** From how many unread messages on an arc is a full circle. */
export const FULL_UNREAD = 20;
const FRAME_MS = 33,
  MAX_DOTS = 160,
  TRAVEL_MS = 900,
  FADE_MS = 30_000,
  LINE = 16;
const TURN = Math.PI * 2;

/** A point on a curve through three points. */
const at = (t, a, b, c) => (1 - t) * (1 - t) * a + 2 * (1 - t) * t * b + t * t * c;

export class Painter {
  constructor(canvas, { isStill }) {
    this.canvas = canvas;
    this.isStill = isStill;
    this.pen = canvas.getContext("2d");
    this.dots = [];
    this.now = time;
    this.only = null;
    this.chosen = null;
    this.width = 0;
    this.height = 0;
    this.scale = 1;
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

  /** Read the size of the canvas from the layout of the page. */
  measure() {
    const { clientWidth: width, clientHeight: height } = this.canvas,
      scale = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.scale = scale;
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

  /** Place the names: level if none overlap, else each along its own ray. */
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

  /** Level text outside the ring, and the box that it takes. */
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

  /** The name of a machine, at the start of its arc, where no agent has its name. */
  levelMark({ machine, start, end }) {
    const angle = start + Math.min((end - start) * 0.1, 0.1) * 0.5;
    return this.level(
      machine,
      angle,
      this.radius + this.size + (Math.abs(Math.sin(start)) > 0.7 ? 34 : 16),
    );
  }

  /** Text along the ray from the centre, never upside down. */
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

  /** Animate a message. Above the maximum of dots, it is only counted on its line. */
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
      if (!this.isStill() && this.dots.length < MAX_DOTS)
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

  /** The curve of a line: towards the centre and to one side, so that both directions differ. */
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

  /** As much of a text as fits. */
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
    // Told apart without colours too: dashed when idle, thin when away.
    pen.lineWidth = node.presence === "away" ? 1 : 2.5;
    pen.setLineDash(node.presence === "idle" ? [5, 4] : []);
    pen.beginPath();
    pen.arc(x, y, size, 0, TURN);
    pen.fill();
    pen.stroke();
    pen.setLineDash([]);
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
