// Pause: stops the messages of agents in a thread, or from and to an agent; only for people.
import { html, safe } from "./ui.js";
import { call, me } from "../core/store.js";

export const Pause = ({ of, paused }) =>
  html`${
    paused
      ? html`<span class="tag tag-high">paused by <bdi>${safe(paused.by)}</bdi></span>`
      : null
  }${
    me.may.includes("pause")
      ? html`<button type="button"
    onClick=${() => call(paused ? "pause.end" : "pause.start", { of })}>
    ${paused ? "Resume" : "Pause"}</button>`
      : null
  }`;
