"""The plugin that opencode loads: it passes events to `ackbox hook opencode`, and adds the text of
the reply to the session.

Contains only the text of a file. Explained in docs/why/reach.md.
"""

from __future__ import annotations

PLUGIN = r"""// Written by ackbox; `ackbox disconnect opencode` removes it.
import { spawn } from "node:child_process"

const COMMAND = [/* the hook's command */]
const DEADLINE_MS = 3000
// `opencode run` ends with its turn: a further prompt would be accepted and never run.
const ENDS_WITH_TURN = process.argv.slice(1, 4).includes("run")

// Tools that change files; the hook takes their paths only.
const EDITS = new Set(["edit", "multiedit", "write", "patch", "apply_patch"])

// One event to the hook; its text, or "" when anything is wrong.
function ask(event, session, directory, more = {}) {
  return new Promise((resolve) => {
    let child
    try {
      child = spawn(COMMAND[0], COMMAND.slice(1), { stdio: ["pipe", "pipe", "ignore"] })
    } catch {
      return resolve("")
    }
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      resolve("")
    }, DEADLINE_MS)
    let out = ""
    child.stdout.on("data", (part) => (out += part))
    child.stdin.on("error", () => {})
    child.on("error", () => {
      clearTimeout(timer)
      resolve("")
    })
    child.on("close", () => {
      clearTimeout(timer)
      try {
        resolve(JSON.parse(out).text || "")
      } catch {
        resolve("")
      }
    })
    child.stdin.end(
      JSON.stringify({ hook_event_name: event, session_id: session, cwd: directory, ...more }),
    )
  })
}

// Each line of the monitor names a session to wake.
function listen(wake) {
  let child
  try {
    child = spawn(COMMAND[0], [...COMMAND.slice(1), "--monitor"], {
      stdio: ["ignore", "pipe", "ignore"],
    })
  } catch {
    return
  }
  child.on("error", () => {})
  process.on("exit", () => child.kill())
  let held = ""
  child.stdout.on("data", (part) => {
    const lines = (held + part).split("\n")
    held = lines.pop()
    for (const line of lines) if (line) wake(line).catch(() => {})
  })
}

export const Ackbox = async ({ client, directory }) => {
  // Sessions of sub-agents: their context is not that of the agent.
  const below = new Set()
  // Texts that came at an event which takes none; they go in with the next that does.
  const waiting = new Map()
  // Sessions whose next prompt is our own, and those whose turn goes on for messages.
  const own = new Set()
  const continued = new Set()
  const busy = new Set()

  const hold = (session, text) => {
    const before = waiting.get(session) || Promise.resolve("")
    waiting.set(
      session,
      Promise.all([before, text]).then((texts) => texts.filter(Boolean).join("\n\n")),
    )
  }
  const take = async (session, event, about = {}) => {
    const held = (await waiting.get(session)) || ""
    waiting.delete(session)
    const more = continued.has(session) ? { ...about, is_continued: true } : about
    const text = await ask(event, session, directory, more)
    return [held, text].filter(Boolean).join("\n\n")
  }
  // Start a turn of an idle session with a text.
  const start = async (session, text) => {
    own.add(session)
    await client.session.promptAsync({
      path: { id: session },
      body: { parts: [{ type: "text", text }] },
    })
  }
  const idle = async (session) => {
    busy.delete(session)
    if (ENDS_WITH_TURN) {
      await ask("session.deleted", session, directory)
      return
    }
    const text = await take(session, "session.idle")
    if (!text) return
    continued.add(session)
    await start(session, text)
  }
  const wake = async (session) => {
    if (below.has(session) || busy.has(session)) return
    const text = await take(session, "ackbox.wake")
    if (text) await start(session, text)
  }
  if (!ENDS_WITH_TURN) listen(wake)

  return {
    "chat.message": async (input, output) => {
      const session = input.sessionID
      if (below.has(session)) return
      busy.add(session)
      if (own.delete(session)) return
      continued.delete(session)
      const text = await take(session, "chat.message")
      if (!text) return
      const last = output.parts[output.parts.length - 1]
      output.parts.push({
        // Parts are put in the order of their ids.
        id: last && last.id ? last.id + "a" : "prt_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        sessionID: session,
        messageID: output.message.id,
        type: "text",
        text,
        synthetic: true,
      })
    },
    "tool.execute.after": async (input, output) => {
      if (below.has(input.sessionID)) return
      const edit = EDITS.has(input.tool) ? { tool_name: input.tool, tool_input: input.args } : {}
      const text = await take(input.sessionID, "tool.execute.after", edit)
      if (!text) return
      // A tool of an MCP server answers with parts.
      if (Array.isArray(output.content)) output.content.push({ type: "text", text })
      else if (typeof output.output === "string") output.output += "\n\n" + text
      else hold(input.sessionID, text)
    },
    "experimental.session.compacting": async (input) => {
      if (!below.has(input.sessionID)) await ask("session.compacting", input.sessionID, directory)
    },
    event: async ({ event }) => {
      const about = event.properties || {}
      const session = about.sessionID || (about.info && about.info.id)
      if (!session) return
      if (event.type === "session.created" && about.info && about.info.parentID) below.add(session)
      if (below.has(session)) return
      if (event.type === "session.created" || event.type === "session.compacted") {
        hold(session, ask(event.type, session, directory))
      } else if (event.type === "session.idle") {
        await idle(session)
      } else if (event.type === "permission.asked" || event.type === "session.deleted") {
        await ask(event.type, session, directory)
      }
    },
  }
}
"""
