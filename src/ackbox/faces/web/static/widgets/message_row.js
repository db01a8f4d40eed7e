// The row of a message in Live: time, sender and recipients, intent, first line, receipts. On a
// narrow screen it has two lines.
import {
  html,
  Agent,
  Intent,
  Key,
  Receipt,
  Time,
  firstLine,
  plainLines,
  safe,
  to,
  urgencyOf,
} from "./ui.js";
import { signal } from "../vendor/signals.js";
import { density } from "../core/frame.js";

const HEIGHTS = { compact: 28, normal: 36, roomy: 52 },
  // In pixels more, for the second line of a narrow screen.
  SECOND = 18;
// As in styles/narrow.css.
const narrow = matchMedia("(max-width: 600px)");
const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => {
  isNarrow.value = narrow.matches;
});
/** The height of a row in pixels. */
export const heightOf = () => HEIGHTS[density.value] + (isNarrow.value ? SECOND : 0);

export function MessageRow({ each: m }) {
  if (m.folded)
    return html`<div class="msg is-fold"><span class="when"><${Time} at=${m.created_at} /></span>
      <span class="who"><${Agent} name=${m.sender} kind=${m.sender_kind} /> <span class="arrow">→
      </span> <bdi>${to(m)}</bdi></span><${Intent} message=${m} /><span class="line dim">
      ${m.folded.length} messages; the latest: ${firstLine(m.folded.at(-1))}</span><span
      class="state"><${Key}>⏎</${Key}></span></div>`;
  return html`<div class=${`msg ${urgencyOf(m)} ${m.sending ? "is-sending" : ""}`}>
    <span class="when"><${Time} at=${m.created_at} /></span>
    <span class="who"><${Agent} name=${m.sender} instance=${null} kind=${m.sender_kind} /> <span
    class="arrow">→</span> <bdi>${to(m)}</bdi></span>
    <${Intent} message=${m} />
    <span class="line">${m.parent ? html`<span class="re" title="reply">↳</span>` : null}<bdi>
    ${firstLine(m)}</bdi>${
      density.value === "roomy"
        ? html`<span class="second">
    ${safe(
      plainLines(m.body)
        .slice(m.subject ? 0 : 1)
        .join(" "),
    ).slice(0, 160)}</span>
    `
        : null
    }</span>
    <span class="state">${
      m.sending
        ? html`<span class="dim">sending</span>`
        : html`<${Receipt}
    tally=${m.tally} />`
    }</span></div>`;
}
export const drawRow = (each) => html`<${MessageRow} each=${each} />`;
drawRow.mark = (each) =>
  each.folded
    ? `f${each.folded.length}`
    : [
        each.tally.delivered,
        each.tally.read,
        each.tally.acknowledged,
        each.tally.recipients,
        density.value,
      ].join();
