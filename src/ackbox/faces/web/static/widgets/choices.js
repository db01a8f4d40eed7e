// Choices: the answers that a question offers, as buttons. One click sends the reply.
import { html, safe } from "./ui.js";
import { useState } from "../vendor/hooks.js";
import { call, me, mayWrite, refusal } from "../core/store.js";

/** Answer a question with one of its choices. */
export const choose = (message, choice, how = call) =>
  how("message.send", {
    parent: message.id,
    body: choice,
    choice,
    intent: "answer",
    idempotency_key: crypto.getRandomValues(new Uint32Array(4)).join("-"),
  });

/** The choices that all of these messages offer, none of which is the caller's. */
export const shared = (messages) =>
  messages.length && messages.every((m) => m.choices && m.sender !== me.agent)
    ? messages[0].choices.filter((choice) => messages.every((m) => m.choices.includes(choice)))
    : [];

/** The choices of a message; `chosen` is who chose what: name → choice. */
export function Choices({ message, chosen = {} }) {
  const [problem, fail] = useState(""),
    [isBusy, busy] = useState(false),
    isMine = message.sender === me.agent;
  async function answer(choice) {
    busy(true);
    try {
      await choose(message, choice);
      fail("");
    } catch (error) {
      fail(refusal(error));
    }
    busy(false);
  }
  const by = (choice) => Object.keys(chosen).filter((name) => chosen[name] === choice);
  return html`<div class="choices" role="group" aria-label="Choices"
    onClick=${(event) => event.stopPropagation()}>${message.choices.map((choice) => {
      const names = by(choice);
      return html`<span key=${choice} class="choice"><button type="button"
        aria-pressed=${names.includes(me.agent)} disabled=${!mayWrite || isMine || isBusy}
        onClick=${() => answer(choice)}><bdi>${safe(choice)}</bdi></button>${
          names.length
            ? html`<span class="dim small">${names.map((name) => safe(name)).join(", ")}</span>`
            : null
        }</span>`;
    })}${problem ? html`<span class="problem" role="alert">${problem}</span>` : null}</div>`;
}
