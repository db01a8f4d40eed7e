// Written by tools/typescript_client.py from the OpenAPI document. Run `make docs`.
import { Transport, type CallOptions, type Options } from "./transport.js";

/** A message of yours that a recipient acknowledged. */
export interface Acknowledgement {
  /** Id of the message */
  id: string;
  /** Recipient */
  agent: string;
  /** Time */
  acknowledged_at: string;
}

/** A page of events. */
export interface ActivityPage {
  /** Items, newest first */
  events: Event[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** Parameters of note.add. */
export interface AddNote {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Text, Markdown by convention (1 to 100,000 characters) */
  text: string;
  /** Title */
  title?: string | null;
  /** Kind: memory, note, fact, decision, constraint, folder, or another word (default note) */
  kind?: string;
  /** Tags */
  tags?: string[];
  /** Priority (1 to 5); new sessions receive notes from 4 on (default 3) */
  priority?: number;
  /** Any JSON object (at most 16 KiB) */
  metadata?: Record<string, unknown>;
  /** Links to other notes (at most 50) */
  links?: NewNoteLink[];
  /** Ids of the notes it is made from; it links to them with derived_from */
  sources?: string[];
  /** Id of a note of kind folder */
  folder?: string | null;
  /** Time from which it is left out like an archived note: RFC 3339, or 2h, 3d */
  expires_at?: string | null;
  /**
   * Your id for this write: the same content returns the first note, other content supersedes
   * it
   */
  write_id?: string | null;
  /** Whether to return an existing note with the same kind, title and text instead */
  unless_known?: boolean;
  /** Id or number of a task */
  task?: string | null;
  /** Whether to supersede your current note of the same kind and title */
  replaces_title?: boolean;
}

/** Parameters of webhook_out.add. */
export interface AddOutgoingWebhook {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Address of the receiver: https, or http on the server's machine */
  url: string;
  /**
   * Messages to report: needs for all that Needs you lists, urgent for priority 5, overdue for
   * overdue replies, or all (default needs)
   */
  on?: "all" | "needs" | "overdue" | "urgent";
  /** Form of the requests: standardwebhooks.com, or a text for Slack (default standard) */
  form?: "slack" | "standard";
}

/** Parameters of review.comment. */
export interface AddReviewComment {
  /** Id of the review */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Text of the comment */
  body: string;
  /** Path of the file it is about */
  file?: string | null;
  /** Line or lines of the file, such as 10 or 10-20; with `file` */
  line?: string | number | null;
}

/** Parameters of schedule.add. */
export interface AddSchedule {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /**
   * Cron expression: minute, hour, day, month, weekday ('0 9 * * MON-FRI'), or @hourly, @daily,
   * @weekly, @monthly, @yearly
   */
  cron: string;
  /** Recipients: names separated by commas, or a list; * for everyone, user for all people */
  to: string | string[];
  /** Text (at most 20,000 characters) */
  body: string;
  /** Subject (at most 200 characters) */
  subject?: string | null;
  /** IANA time zone of the expression, such as Europe/Berlin (default UTC) */
  zone?: string;
  /**
   * Word such as question, handoff, review_request, blocked, context_share, inform, request,
   * alert, error, status or answer (default inform)
   */
  intent?: string;
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
}

/** Parameters of share.add. */
export interface AddShare {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Shares (1 to 100) */
  shares: GivenShare[];
}

/** Parameters of webhook.add. */
export interface AddWebhook {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Recipients: names separated by commas; {path.to.value} for a name from the request */
  to: string;
  /**
   * Template of the subject; {path.to.value} inserts a value of the request's JSON, {.} all of
   * it, {{ a brace
   */
  subject?: string | null;
  /**
   * Template of the text; {path.to.value} inserts a value of the request's JSON, {.} all of it,
   * {{ a brace (default {.})
   */
  body?: string;
  /** Signature form of the sending system: standardwebhooks.com or GitHub (default standard) */
  form?: "github" | "standard";
  /**
   * Word such as question, handoff, review_request, blocked, context_share, inform, request,
   * alert, error, status or answer (default inform)
   */
  intent?: string;
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
}

/** Number of shares. */
export interface AddedShares {
  /** Number of shares that the server did not have */
  new: number;
  /** Number of shares that it had, from any member */
  known: number;
}

/** An agent or one of its instances, as others see it. */
export interface AgentInstance {
  /** Name */
  agent: string;
  /** Instance; null for the agent */
  instance: string | null;
  /** Kind: agent, human or system */
  kind: string;
  /** Presence: online, idle or away */
  presence: "away" | "idle" | "online";
  /** Whether it is online with a summary */
  is_working: boolean;
  /** Time of the last call */
  last_seen: string | null;
  /** Time of the check-in */
  started_at: string | null;
  /** Summary of its current work */
  summary: string | null;
  /** Machine */
  machine: string | null;
  /** Operating system */
  platform: string | null;
  /** Agent program */
  program: string | null;
  /** Model */
  model: string | null;
  /** Display name */
  title: string | null;
  /** Role, such as reviewer */
  role: string | null;
  /** Capabilities */
  capabilities: string[];
  /** Area of the work that it claims */
  area: string | null;
  /** Files it works on */
  files: string[];
  /** Directory it works in */
  directory: string | null;
  /** Root directory of its repository */
  repository: string | null;
  /** Id of its process */
  pid: number | null;
  /** Terminal of its process */
  terminal: string | null;
  /**
   * Delivery channel: poll, hook (next event of its program), socket, push, or wakes when idle,
   * with the way
   */
  reach: string;
  /** Activity of its program: idle, busy, asking, compacting or gone */
  activity: string | null;
  /** Time the activity began */
  activity_since: string | null;
  /** Pause that a person set; null for none */
  paused: PauseState | null;
  /** Instances */
  instances: AgentInstance[];
  /**
   * Number of unread messages (counted up to 100); null if not requested or not visible to you
   */
  unread: number | null;
  /** Number of its newest session that has not ended; null if not requested or none */
  session: number | null;
}

/** New and previous kind of the name. */
export interface AgentKind {
  /** Name */
  agent: string;
  /** New kind */
  kind: string;
  /** Previous kind */
  before: string;
}

/**
 * Agents and people of the workspace with their instances, and unknown names.
 *
 * Messages wait for the unknown names.
 */
export interface AgentList {
  /** Workspace */
  workspace: string;
  /** Agents and people, with their instances */
  agents: AgentInstance[];
  /** Unknown names that messages wait for; at most `limit` */
  awaited: string[];
  /** Total number of agents and people */
  total: number;
  /** Number of them that are online */
  online: number;
  /** Settings of sessions in the workspace */
  sessions: SessionRules;
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
  /** Offline agents with unread direct messages, by last call, newest first */
  waiting: AgentInstance[];
}

/** Parameters of note.append. */
export interface AppendNote {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Title of the note */
  title: string;
  /** Text, Markdown by convention (1 to 100,000 characters) */
  text: string;
  /**
   * Kind: memory, note, fact, decision, constraint, folder, or another word (default document)
   */
  kind?: string;
  /** Priority (1 to 5); new sessions receive notes from 4 on (default 3) */
  priority?: number;
}

/** Place of the record. */
export interface AppendResult {
  /** Position of the record; the first is 0 */
  position: number;
  /** Hash of the record, base64 */
  hash: string;
  /** Whether the roster had the record before */
  duplicate: boolean;
}

/** Parameters of roster.append. */
export interface AppendRoster {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Record, signed by an admin member */
  record: SignedRecord;
}

/** Parameters of note.archive. */
export interface ArchiveNote {
  /** Id of a note */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Whether it is archived from now on; false brings it back (default True) */
  archived?: boolean;
  /** Whether to use the current note in place of a superseded one */
  follow?: boolean;
}

/** Parameters of message.ask. */
export interface AskQuestion {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /**
   * Recipients: names with commas, or a list; bob/laptop for one instance, * for everyone, user
   * for all people (default: the parent's sender)
   */
  to?: string | string[] | null;
  /** Text in Markdown (at most 50,000 characters) */
  body: string;
  /** Instance of the only recipient */
  to_instance?: string | null;
  /** Subject (at most 200 characters) */
  subject?: string | null;
  /** Intent (default question) */
  intent?: string;
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
  /** Files, diffs, tasks and messages to read (at most 50) */
  refs?: Reference[];
  /** Any JSON object (at most 16 KiB) */
  metadata?: Record<string, unknown>;
  /** Answers to choose from (at most 9) */
  choices?: string[];
  /** One of the parent's `choices` */
  choice?: string | null;
  /** Id of the message this replies to */
  parent?: string | null;
  /** Whether to reply to the parent's other recipients too; without `to` */
  reply_all?: boolean;
  /** Time by which a reply is due: RFC 3339, 2h, tomorrow 9:00 */
  expects_reply_by?: string | null;
  /** Days until the message leaves inboxes (1 to 365) */
  expires_in_days?: number | null;
  /**
   * Whether the message also goes to another online instance of the recipient, or to an agent
   * of the same role, when the reply is overdue
   */
  reroute?: boolean;
  /** Key that prevents a copy when the call is repeated */
  idempotency_key?: string | null;
  /** Unknown recipients: hold the message, refuse it, or refuse offline agents too */
  unknown?: "hold" | "inactive" | "refuse" | null;
  /** Facts to append to the text, one line each as name: value (at most 50) */
  facts?: Record<string, unknown>;
  /** Whether a person's broadcast that starts with @name goes to that name only */
  mention?: boolean;
  /** Whether an unknown name in `to` may be the name of an instance */
  by_instance?: boolean;
  /** Whether `to` must have the exact spelling of known names */
  exact?: boolean;
  /** Whether to list the first 50 recipients of a broadcast */
  lists_everyone?: boolean;
  /**
   * Whether the workspace's relaxed limits on replies of agents and identical messages apply,
   * made for clients of other systems
   */
  relaxed_limits?: boolean;
  /**
   * Sealed message, for a sealed workspace; its header replaces `to`, `parent`, `priority` and
   * the times
   */
  sealed?: SealedMessage | null;
  /** Seconds to wait (0 to 50); the same idempotency key continues to wait (default 45) */
  wait_s?: number;
}

/** The sent question, its outcome and its reply. */
export interface AskedQuestion {
  /** Id of the message */
  id: string;
  /** Number in the workspace */
  seq: number;
  /** Workspace */
  workspace: string | null;
  /** Id of the conversation */
  thread: string;
  /** Sender */
  sender: string;
  /** Type: direct, broadcast, system or task_assignment */
  type: string;
  /** Time of storage */
  created_at: string;
  /** Whether this key was used before */
  duplicate: boolean;
  /** Number of recipients */
  recipient_count: number;
  /** Recipients; for a broadcast empty, or the first 50 if requested */
  recipients: Recipient[];
  /** Outcome; gone means that every recipient went offline */
  outcome: "answered" | "gone" | "timed_out";
  /** Reply; null for none */
  answer: Message | null;
}

/** Parameters of task.assign. */
export interface AssignTask {
  /** Id or number of a task */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Assignee, as name or name/instance; empty so that anyone can claim it */
  to?: string;
  /** Instance of the assignee */
  to_instance?: string | null;
  /** Note */
  note?: string | null;
  /** For an unknown assignee: hold the task, or refuse it */
  unknown?: "hold" | "inactive" | "refuse" | null;
}

/** Parameters of server.backup. */
export interface BackUpDatabase {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Absolute path of a new file on the server's machine */
  path: string;
}

/** The checked copy. */
export interface BackupResult {
  /** Path of the copy */
  path: string;
  /** Size in bytes */
  bytes: number;
  /** Number of workspaces in the copy; 0 if unknown */
  workspaces: number;
  /** Check that was run on the copy */
  verified: string;
}

/** The last message of a member, as the server has it. */
export interface Chain {
  /** Id of the member */
  member: string;
  /** Number of its last message; 0 for none */
  counter: number;
  /** Hash of its last message, base64 */
  hash: string | null;
}

/** Parameters of task.depend. */
export interface ChangeTaskDependencies {
  /** Id or number of a task */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /**
   * Whether to act as the assignee when the call names nobody and the key may speak as the
   * assignee
   */
  as_assignee?: boolean;
  /** Tasks to add to the dependencies */
  on?: string[];
  /** Tasks to remove from the dependencies */
  no_more_on?: string[];
}

/** Parameters of workspace.settings. */
export interface ChangeWorkspaceSettings {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Handling of unknown recipients */
  unknown?: "hold" | "inactive" | "refuse" | null;
  /** Handling of offline recipients under unknown=inactive */
  inactive?: "hold" | "refuse" | null;
  /** Maximum consecutive agent replies in a thread (1 to 10,000) */
  hops_limit?: number | null;
  /**
   * Maximum identical messages from one agent to one audience in ten minutes (0 for no limit)
   */
  repeats_limit?: number | null;
  /**
   * Maximum consecutive agent replies in a thread for clients of other systems; 500 when not
   * set
   */
  relaxed_hops_limit?: number | null;
  /**
   * Maximum identical messages in a minute from one agent to one audience for clients of other
   * systems; 10 when not set (0 for no limit)
   */
  relaxed_repeats_limit?: number | null;
  /**
   * Maximum messages of two agents to each other in a thread in a minute; 600 when not set (0
   * for no limit)
   */
  pair_per_minute?: number | null;
  /** Maximum messages of agents in a thread in a minute; 1500 when not set (0 for no limit) */
  thread_per_minute?: number | null;
  /** Reaction to sessions that claim the same work: warn or block */
  on_conflict?: "block" | "warn" | null;
  /** Seconds between heartbeats of a session (1 to 86,400) */
  heartbeat_s?: number | null;
  /** Seconds a session counts as active after a call (10 to 86,400) */
  session_ttl_s?: number | null;
  /** Notice for an empty inbox; empty for none */
  empty_inbox_text?: string | null;
  /** Maximum MiB of messages, notes and tasks; 51,200 when not set */
  storage_mb?: number | null;
  /** Maximum number of schedules; 500 when not set */
  schedules_limit?: number | null;
  /** Minimum seconds between two messages of one schedule; 60 when not set */
  schedule_interval_s?: number | null;
  /** Days of past broadcasts for a new agent (0 to 30; at most 50 messages) */
  newcomer_days?: number | null;
}

/** Parameters of agent.check_in. */
export interface CheckInAgent {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Summary of your current work */
  summary?: string | null;
  /** Machine */
  machine?: string | null;
  /** Operating system */
  platform?: string | null;
  /** Agent program */
  program?: string | null;
  /** Model */
  model?: string | null;
  /** Display name */
  title?: string | null;
  /** Role */
  role?: string | null;
  /** Capabilities (at most 50) */
  capabilities?: string[] | null;
  /** Area of the work that you claim */
  area?: string | null;
  /** Files you work on (at most 200) */
  files?: string[] | null;
  /** Delivery channel: poll, hook, socket or push */
  reach?: string | null;
  /** Directory you work in */
  directory?: string | null;
  /** Root directory of your repository */
  repository?: string | null;
  /** Id of your process */
  pid?: number | null;
  /** Terminal of your process */
  terminal?: string | null;
  /** Seconds you count as online after a call (10 to 86,400) */
  ttl_s?: number | null;
  /**
   * Form of a new name to register under, without `agent`, such as worker-????: each ? becomes
   * a random character of a to z and 0 to 9
   */
  name_form?: string | null;
  /**
   * Preferred instance name, such as a directory name; the server adds -2, -3, … if it is in
   * use
   */
  auto_instance?: string | null;
  /** Random text that identifies this process, so that it keeps its instance */
  copy_id?: string | null;
}

/** Your card, unread messages, and agents that claim the same area or files. */
export interface CheckInResult {
  /** Your card */
  me: AgentInstance;
  /** Number of unread messages (counted up to 1,000) */
  unread: number;
  /** Number of messages in the mailbox (counted up to 1,000) */
  total: number;
  /** Unread messages of priority 5 among the oldest 200, oldest first */
  urgent: UrgentMessage[];
  /** Seconds until the next heartbeat is due */
  heartbeat_s: number;
  /** Seconds you count as online after a call */
  ttl_s: number;
  /** Agents that claim the same area or files */
  conflicts: ClaimOverlap[];
  /** Notices for the server's operator */
  notices: string[];
  /** Your other online instances, each with a separate inbox */
  copies: AgentInstance[];
}

/** Parameters of inbox.check. */
export interface CheckInbox {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Maximum number of items (default 50) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string | null;
  /** Mark to set on the returned messages, in the same transaction (default none) */
  mark?: "delivered" | "none" | "read";
  /** Whether to return the highest priority first (of the oldest 1,000) */
  urgent_first?: boolean;
  /** Whether to return the newest messages instead of the oldest, still in order of time */
  newest?: boolean;
  /** Maximum bytes of body text to return; no message is split (default 40000) */
  max_body_bytes?: number;
  /** Delivery evidence, such as the channel; stored with the mark */
  evidence?: string | null;
  /** Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  since?: string | null;
  /** Metadata values to filter by; {} for no filter */
  metadata?: Record<string, unknown>;
  /**
   * State to filter by; pending: not delivered yet; delivered: not acknowledged yet (default
   * unread)
   */
  state?: "acknowledged" | "delivered" | "pending" | "unread";
  /** Intent to filter by */
  intent?: string | null;
  /** Whether to leave out broadcasts */
  direct_only?: boolean;
  /** Whether to include the tasks in progress: yours, and those others work on for you */
  with_tasks?: boolean;
}

/** Parameters of agent.check_out. */
export interface CheckOutAgent {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Summary of the work you leave */
  summary?: string | null;
}

/** The agent that checked out, and the time. */
export interface CheckOutResult {
  /** Your name */
  agent: string;
  /** Instance */
  instance: string | null;
  /** Time */
  left_at: string;
}

/** The session, its conflicts and unread messages. */
export interface CheckpointResult {
  /** Session; null for none */
  session: Session | null;
  /** Outcome of each note, in order */
  notes: NoteOutcome[];
  /** Live sessions that claim the same area or files */
  conflicts: ClaimOverlap[];
  /**
   * Your messages that were acknowledged since then, the last first: at most 10, of your newest
   * 100
   */
  acknowledged: Acknowledgement[];
  /** Unread messages, most urgent first */
  messages: InboxMessage[];
  /** Number of unread messages (counted up to 1,000) */
  unread: number;
  /** Number of messages in the mailbox (counted up to 1,000) */
  total: number;
}

/** Parameters of session.checkpoint. */
export interface CheckpointSession {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Summary of your work so far */
  summary?: string | null;
  /** Area of the work that you claim now; empty for none */
  area?: string | null;
  /** Files you claim now (at most 200) */
  files?: string[] | null;
  /** Notes to add (at most 50) */
  notes?: NewNote[];
  /** Whether to skip notes that exist with the same kind, title and text (default True) */
  unless_known?: boolean;
  /** Maximum number of messages to return (0 to 5) (default 5) */
  limit?: number;
  /** Mark to set on the returned messages, in the same transaction (default none) */
  mark?: "delivered" | "none" | "read";
  /** State to filter by: unread, or pending for not delivered yet (default unread) */
  state?: "pending" | "unread";
}

/** Sessions that claim the same work. */
export interface ClaimConflicts {
  /** Other live sessions that claim the same area or files */
  conflicts: ClaimOverlap[];
}

/** An agent that claims the same area or files. */
export interface ClaimOverlap {
  /** Agent */
  agent: string;
  /** Instance */
  instance: string | null;
  /** Areas that both claim */
  areas: string[];
  /** Files that both claim */
  files: string[];
}

/** Parameters of task.claim. */
export interface ClaimTask {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Id or number of a task (default: the most urgent free task) */
  id?: string | null;
  /** Whether to start the work: status in_progress instead of claimed */
  start?: boolean;
  /** Project to filter by, without `id` */
  project?: string | null;
  /** Tag to filter by, without `id` */
  tag?: string | null;
  /** Whether to fail with `conflict` if you do not get the task */
  or_refuse?: boolean;
  /** Whether to send yourself the task_assignment message too */
  tell?: boolean;
}

/** Whether you have the task, and if not, why. */
export interface ClaimedTask {
  /** Whether you have the task */
  claimed: boolean;
  /** Task; null if there was none to claim */
  task: Task | null;
  /** Current assignee */
  winner: string | null;
  /** Instance of the current assignee */
  winner_instance: string | null;
  /** Reason for no claim: taken, assigned, waiting, finished, nothing */
  reason: "assigned" | "finished" | "nothing" | "taken" | "waiting" | null;
  /** Reason as a sentence */
  notice: string | null;
}

/** Parameters of session.context. */
export interface ContextSessionParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Titles of notes of kind document to return (at most 20) */
  documents?: string[];
  /**
   * Lowest priority of important notes (1 to 5); constraints are always important (default 4)
   */
  notes_from?: number;
}

/** Parameters of invite.create. */
export interface CreateInvite {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Agent that the other machine speaks as */
  name: string;
  /** Other names it may speak as; * matches any text */
  may_speak_as?: string[];
  /** A note for people (default invite) */
  label?: string;
  /** PKCE challenge (S256): only its verifier redeems the invitation, within ten minutes */
  challenge?: string | null;
  /** Program that must redeem it; only with `challenge` */
  client?: string;
}

/** Parameters of key.create. */
export interface CreateKey {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Agent or person the key speaks as; required except for admin keys */
  name?: string | null;
  /** Role of the key; an owner is a person with admin rights (default agent) */
  kind?: "admin" | "agent" | "human" | "owner" | "read-only" | "server-admin";
  /** Other names the key may speak as; * matches any text */
  may_speak_as?: string[];
  /** Label for people */
  label?: string;
  /** Days until the key expires (0 to 3,650; 0 for never) (default 90) */
  expires_in_days?: number;
  /** Dialect whose tools the key gets at /mcp (default: native) */
  dialect?: string | null;
}

/** Parameters of login.link. */
export interface CreateSignInLink {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Person to sign in (default: you) */
  name?: string | null;
  /** Whether the person gets admin rights; for admins only */
  as_owner?: boolean;
}

/** Parameters of task.create. */
export interface CreateTask {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Title, in one line */
  title: string;
  /** Full description, Markdown by convention */
  description?: string;
  /** Assignee, as name or name/instance (default: anyone can claim it) */
  to?: string | null;
  /** Instance of the assignee */
  to_instance?: string | null;
  /** Status (default open) */
  status?: "blocked" | "cancelled" | "claimed" | "done" | "failed" | "in_progress" | "open" | "review";
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
  /** Project label */
  project?: string | null;
  /** Mission label */
  mission?: string | null;
  /** Tags */
  tags?: string[];
  /** Tasks that must be done first (at most 100) */
  depends_on?: string[];
  /** Condition for done */
  done_when?: string | null;
  /** Due time: RFC 3339, or 2h, tomorrow 9:00 */
  due_at?: string | null;
  /** Estimated minutes */
  estimated_minutes?: number | null;
  /** Id of the message it comes from */
  parent?: string | null;
  /** Any JSON object (at most 16 KiB) */
  metadata?: Record<string, unknown>;
  /** Key that prevents a second copy when the call is repeated */
  idempotency_key?: string | null;
  /** For an unknown assignee: hold the task, or refuse it */
  unknown?: "hold" | "inactive" | "refuse" | null;
  /** Whether `to` must have the exact spelling of a known name */
  exact?: boolean;
}

/** Parameters of task.create_many. */
export interface CreateTasks {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Tasks, in order (1 to 50) */
  tasks: PlannedTask[];
  /** Assignee, as name or name/instance (default: anyone can claim it) */
  to?: string | null;
  /** Whether the first task is in progress at once; without `to` it is yours */
  start_first?: boolean;
}

/** Parameters of workspace.create. */
export interface CreateWorkspace {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Handling of unknown recipients */
  unknown?: "hold" | "inactive" | "refuse" | null;
  /** Handling of offline recipients under unknown=inactive */
  inactive?: "hold" | "refuse" | null;
  /** Maximum consecutive agent replies in a thread (1 to 10,000) */
  hops_limit?: number | null;
  /**
   * Maximum identical messages from one agent to one audience in ten minutes (0 for no limit)
   */
  repeats_limit?: number | null;
  /**
   * Maximum consecutive agent replies in a thread for clients of other systems; 500 when not
   * set
   */
  relaxed_hops_limit?: number | null;
  /**
   * Maximum identical messages in a minute from one agent to one audience for clients of other
   * systems; 10 when not set (0 for no limit)
   */
  relaxed_repeats_limit?: number | null;
  /**
   * Maximum messages of two agents to each other in a thread in a minute; 600 when not set (0
   * for no limit)
   */
  pair_per_minute?: number | null;
  /** Maximum messages of agents in a thread in a minute; 1500 when not set (0 for no limit) */
  thread_per_minute?: number | null;
  /** Reaction to sessions that claim the same work: warn or block */
  on_conflict?: "block" | "warn" | null;
  /** Seconds between heartbeats of a session (1 to 86,400) */
  heartbeat_s?: number | null;
  /** Seconds a session counts as active after a call (10 to 86,400) */
  session_ttl_s?: number | null;
  /** Notice for an empty inbox; empty for none */
  empty_inbox_text?: string | null;
  /** Maximum MiB of messages, notes and tasks; 51,200 when not set */
  storage_mb?: number | null;
  /** Maximum number of schedules; 500 when not set */
  schedules_limit?: number | null;
  /** Minimum seconds between two messages of one schedule; 60 when not set */
  schedule_interval_s?: number | null;
  /** Days of past broadcasts for a new agent (0 to 30; at most 50 messages) */
  newcomer_days?: number | null;
  /** Name of the new workspace */
  name: string;
  /**
   * Mode; open: members read every message; private: sender, recipients and operators only
   * (default open)
   */
  mode?: "open" | "private";
  /**
   * Whether the workspace stores only text that its members sealed on their machines; permanent
   */
  sealed?: boolean;
}

/** The created task. */
export interface CreatedTask {
  /** Id (32 hex digits); sorts by time */
  id: string;
  /** Number in the workspace */
  number: number;
  /** Workspace */
  workspace: string;
  /** Title, in one line */
  title: string;
  /** Full description */
  description: string;
  /** Status */
  status: "blocked" | "cancelled" | "claimed" | "done" | "failed" | "in_progress" | "open" | "review";
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
  /** Creator */
  creator: string;
  /** Assignee; null if anyone can claim it */
  assignee: string | null;
  /** Instance of the assignee */
  assignee_instance: string | null;
  /** Project label */
  project: string | null;
  /** Mission label */
  mission: string | null;
  /** Tags */
  tags: string[];
  /** Ids of tasks that must be done first */
  depends_on: string[];
  /** Ids of those tasks that are not done */
  waits_for: string[];
  /** Condition for done */
  done_when: string | null;
  /** Due time */
  due_at: string | null;
  /** Whether it is overdue */
  is_late: boolean;
  /** Whether its assignee is offline while it is claimed or in progress */
  is_stale: boolean;
  /** Estimated minutes */
  estimated_minutes: number | null;
  /** Note on the status: cause of a block, result */
  note: string | null;
  /** Cause of the block: a task, a name, a thing */
  blocked_by: string | null;
  /** Kind of cause */
  blocked_cause: "authorisation" | "human" | "other" | "peer_task" | null;
  /** Id of the message it came from */
  parent: string | null;
  /** Id of the last message about it */
  message: string | null;
  /** Metadata of the creator */
  metadata: Record<string, unknown>;
  /** Creation time */
  created_at: string;
  /** Time of the last change */
  updated_at: string;
  /** Time of the claim */
  claimed_at: string | null;
  /** Start of the work */
  started_at: string | null;
  /** Time at which it was done, failed or cancelled */
  finished_at: string | null;
  /** Whether this key was used before */
  duplicate: boolean;
}

/** The tasks, and the id of the plan in their metadata. */
export interface CreatedTasks {
  /** Id of the plan; `metadata.plan` of each task */
  plan: string;
  /** Workspace */
  workspace: string;
  /** Tasks, in order */
  tasks: CreatedTask[];
}

/** A copy of the database that the server made. */
export interface DatabaseCopy {
  /** Time of the copy */
  made_at: string;
  /** Size in bytes */
  bytes: number;
  /** Check that the copy passed */
  verified: string;
}

/** Percentiles of a delay, in milliseconds. */
export interface Delay {
  /** Number of receipts */
  receipts: number;
  /** Median, in milliseconds */
  p50_ms: number;
  /** 95th percentile, in milliseconds */
  p95_ms: number;
  /** 99th percentile, in milliseconds */
  p99_ms: number;
}

/** The recipients, and how each is reached. */
export interface DeliveryPreview {
  /** Type: direct or broadcast */
  type: string;
  /** Sender */
  sender: string | null;
  /** Number of recipients */
  recipient_count: number;
  /** Number of them that are online */
  online: number;
  /** Recipients; the first 50 of a broadcast */
  recipients: Recipient[];
}

/** Parameters of agent.dismiss. */
export interface DismissAgent {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Name from `awaited` in agent.list */
  name: string;
}

/** Number of withdrawn messages, and whether more wait. */
export interface DismissalResult {
  /** Name */
  name: string;
  /** Number of withdrawn messages */
  withdrawn: number;
  /** Whether more messages wait; call again */
  is_more: boolean;
}

/** Parameters of mute.end. */
export interface EndMute {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Name of an agent, or id of a message or of any message of a thread */
  of: string;
}

/** Parameters of pause.end. */
export interface EndPause {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Id of any message of the thread, or name of the agent */
  of: string;
}

/** Parameters of session.end. */
export interface EndSession {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Summary of the work you leave */
  summary?: string | null;
  /** Outcome, in one word: completed, failed, abandoned */
  outcome?: string | null;
  /** Changed files (at most 1,000) */
  touched?: string[];
  /** Whether to announce the end to everyone (default: as at the start) */
  announce?: boolean | null;
}

/** Parameters of login.end. */
export interface EndSignIn {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
}

/** The ended session. */
export interface EndedSession {
  /** Session */
  session: Session;
  /** Seconds from its start to its end */
  duration_s: number;
}

/** The error object of every refused request. */
export interface ErrorBody {
  error: {
    /** Stable error code: invalid, too_long, not_found, … */
    code: string;
    /** The error, with the wrong value */
    message: string;
    /** How to fix the request */
    hint: string | null;
    /** Details by name: the field, the limit, similar names */
    details: Record<string, unknown>;
    /** Seconds to wait before retrying */
    retry_after_s?: number;
  };
}

/** One event. */
export interface Event {
  /** Number in the workspace */
  seq: number;
  /** Kind of event: message.sent, receipt.marked, agent.checked_in and so on */
  kind: string;
  /** Time */
  at: string;
  /** Agent or person that acted */
  agent: string | null;
  /** Id of the message */
  id: string | null;
  /** Id of the conversation */
  thread: string | null;
  /** Details; never a body */
  details: Record<string, unknown>;
}

/** Events after the cursor, oldest first, and the next cursor. */
export interface EventPage {
  /** Items, oldest first */
  events: Event[];
  /** Cursor for the next call */
  cursor: string;
  /** Whether there are more events now */
  has_more: boolean;
}

/** Parameters of note.explore. */
export interface ExploreNote {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Words that must all occur; also "a phrase", start*, -without; any word counts */
  query?: string | null;
  /** Id of a note */
  id?: string | null;
  /** Maximum number of links to follow (1 to 5) (default 2) */
  depth?: number;
  /** Maximum number of notes to return (1 to 200) (default 50) */
  limit?: number;
}

/** A page of records. */
export interface ExportPage {
  /** Name of the workspace */
  workspace: string;
  /** Mode: open or private */
  mode: string;
  /** Settings of the workspace */
  settings: Record<string, unknown>;
  /** Newest exported number; pass it for every further page */
  upto: number;
  /** Records */
  records: (Record<string, unknown>)[];
  /** `after` for the next page; null on the last page */
  after: number | null;
  /** Whether the workspace is sealed; left out otherwise */
  sealed?: boolean;
}

/** Parameters of workspace.export. */
export interface ExportWorkspace {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /**
   * Part to export; the order is reader, roster, message, event, schedule, task, session, note
   * (default reader)
   */
  part?: "event" | "message" | "note" | "reader" | "roster" | "schedule" | "session" | "task";
  /** `after` of the previous page of this part */
  after?: number;
  /** Newest number to export (default: the newest now) */
  upto?: number | null;
  /** Maximum number of items to return (default 500) */
  limit?: number;
}

/** A delivery that failed at every attempt. */
export interface FailedDelivery {
  /** Id of the delivery, the same at every attempt */
  id: string;
  /** Reason for the delivery, such as urgent or question */
  reason: string;
  /** Number of attempts */
  attempts: number;
  /** Creation time */
  created_at: string;
  /** HTTP status of the last attempt */
  status: number | null;
  /** Error of the last attempt */
  error: string | null;
}

/** Parameters of event.feed. */
export interface FeedEventParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Cursor from the last call; `start` for the beginning (default: now) */
  cursor?: string;
  /**
   * Scope of the feed: workspace for all you may see, inbox for your messages only (default
   * workspace)
   */
  of?: "inbox" | "workspace";
  /** Kinds of events to filter by (at most 20) */
  kinds?: string[];
  /** Name of an agent or person */
  sender?: string;
  /** Id of a message, its beginning or #42 */
  thread?: string;
  /** Maximum number of items (default 100) */
  limit?: number;
  /** Seconds to wait for a new event (0 to 50) */
  wait_s?: number;
}

/** Files that one session changed while another agent or instance claims them. */
export interface FileCollision {
  /** The other agent */
  agent: string;
  /** Its instance */
  instance: string | null;
  /** Files */
  files: string[];
  /** Whether the claim is yours and the other changed the files */
  is_claim_mine: boolean;
}

/** Parameters of session.conflicts. */
export interface FindConflicts {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Area of the work */
  area?: string | null;
  /** Files (at most 200); src/ includes everything below it */
  files?: string[] | null;
}

/** Parameters of task.finish_many. */
export interface FinishTasks {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /**
   * Whether to act as the assignee when the call names nobody and the key may speak as the
   * assignee
   */
  as_assignee?: boolean;
  /** Ids or numbers of the tasks (at most 200) */
  ids?: string[] | null;
  /** Assignee to filter by */
  assignee?: string | null;
  /** Creator to filter by */
  creator?: string | null;
  /** Project to filter by */
  project?: string | null;
  /** Mission to filter by */
  mission?: string | null;
  /** Tag to filter by */
  tag?: string | null;
  /** Tag of the tasks to leave out */
  without_tag?: string | null;
  /** Latest time of change */
  updated_before?: string | null;
  /** Note for each task */
  note?: string | null;
  /** Maximum number of items to return (default 200) */
  limit?: number;
  /** Whether to list the tasks without a change */
  only_look?: boolean;
}

/** Tasks that were finished, or would be. */
export interface FinishedTasks {
  /** Id of this call, in each task's event */
  run: string;
  /** Time; null with `only_look` */
  at: string | null;
  /** Ids of the tasks, newest first */
  ids: string[];
  /** Whether there are more than `limit` */
  has_more: boolean;
}

/** Parameters of workspace.flow. */
export interface FlowWorkspaceParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Length of the period in minutes (1 to 10,080) (default 15) */
  minutes?: number;
  /** Number of newest messages to list without their text (0 to 1,000) */
  travels?: number;
}

/** Parameters of message.get. */
export interface GetMessageParameters {
  /** Id of a message, its beginning or #42 */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
}

/** Parameters of note.get. */
export interface GetNoteParameters {
  /** Id of a note */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of links to follow (0 to 3); at most 200 neighbours (default 1) */
  depth?: number;
  /** Whether to use the current note in place of a superseded one */
  follow?: boolean;
  /** Direction of links: both, out of the note, or into it (default both) */
  direction?: "both" | "in" | "out";
}

/** Parameters of review.get. */
export interface GetReviewParameters {
  /** Id of the review */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
}

/** Parameters of roster.get. */
export interface GetRosterParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Position after which to begin (default -1) */
  after?: number;
  /** Maximum number of records to return (1 to 1,000) (default 1000) */
  limit?: number;
}

/** Parameters of task.get. */
export interface GetTaskParameters {
  /** Id or number of a task */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
}

/** Parameters of thread.get. */
export interface GetThreadParameters {
  /** Id of a message, its beginning or #42 */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of items (default 100) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** The key of one message or text for one newcomer, signed by the member that shares it. */
export interface GivenShare {
  /** Number of the message or text */
  seq: number;
  /** Signed bytes, base64 */
  body: string;
  /** Signature, base64 */
  signature: string;
}

/** A text as its writer sealed and signed it. */
export interface GivenText {
  /** Signed header, base64 */
  header: string;
  /** Text key for each reader, ascending by member */
  wraps: Wrap[];
  /** Encrypted content, base64 */
  content: string;
  /** Signature of the writer, base64 */
  signature: string;
}

/** One step of time. */
export interface HealthStep {
  /** Start of the step */
  at: string;
  /** Number of messages by intent */
  messages: Record<string, number>;
  /** Time from sent to delivered, for messages of this step */
  picked_up: Delay | null;
  /** Time from sent to acknowledged, for messages of this step */
  acknowledged: Delay | null;
}

/** Parameters of workspace.health. */
export interface HealthWorkspaceParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Length of the period in minutes (1 to 10,080) (default 15) */
  minutes?: number;
}

/** Time of the heartbeat and number of unread messages. */
export interface HeartbeatResult {
  /** Your name */
  agent: string;
  /** Your instance */
  instance: string | null;
  /** Time of this call */
  last_seen: string;
  /** Number of unread messages (counted up to 1,000) */
  unread: number;
}

/** Parameters of message.history. */
export interface HistoryMessageParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  since?: string;
  /** Latest time, inclusive, in the same formats */
  until?: string;
  /** Name of an agent or person */
  sender?: string;
  /** Name of an agent or person */
  recipient?: string;
  /** Id of a message, its beginning or #42 */
  thread?: string;
  /** Intent to filter by */
  intent?: string;
  /** Metadata values to filter by; {} for no filter */
  metadata?: Record<string, unknown>;
  /** Maximum number of items to return (default 20) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
  /** Whether to return a cursor after each item */
  with_cursors?: boolean;
  /** Words that must all occur; also "a phrase", start*, -without */
  text?: string;
  /** Message ids, with commas (at most 200); without other filters */
  ids?: unknown;
  /** Maximum characters of each body (0 to 50,000) */
  body_chars?: number;
  /**
   * Audience to filter by: all names that a message was addressed to, in any order; [*] for
   * broadcasts
   */
  audience?: string[];
  /** Whether to count each message's receipts */
  with_tallies?: boolean;
  /** Whether to count the messages of each conversation */
  with_sizes?: boolean;
}

/** Your identity and the rights of your key. */
export interface Identity {
  /** Workspace */
  workspace: string;
  /** Your name; null for a key without a name */
  agent: string | null;
  /** Your instance */
  instance: string | null;
  /** Role of the key */
  role: string;
  /** Id of the key */
  key_id: string;
  /** Other names the key may speak as; * matches any text */
  may_speak_as: string[];
  /** Scopes of the key */
  may: string[];
  /** Whether the workspace is sealed; left out otherwise */
  sealed?: boolean;
}

/** Number of new and of existing records. */
export interface ImportResult {
  /** Number of new records */
  new: number;
  /** Number of records that existed before */
  known: number;
}

/** Parameters of workspace.import. */
export interface ImportWorkspace {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Part that the records belong to */
  part: "event" | "message" | "note" | "reader" | "roster" | "schedule" | "session" | "task";
  /** Records from workspace.export (at most 500) */
  records: (Record<string, unknown>)[];
  /** Newest number of the export */
  upto: number;
  /** Whether to check for conflicts without storing */
  only_look?: boolean;
}

/** A message in a mailbox, with its receipt id and flags. */
export interface InboxMessage {
  /** Id (32 hex digits); sorts by time */
  id: string;
  /** Number in the workspace, in commit order */
  seq: number;
  /** Workspace */
  workspace: string;
  /** Sender, from the key */
  sender: string;
  /** Instance of the sender */
  sender_instance: string | null;
  /** Kind of the sender, from the key; external for another system through a webhook */
  sender_kind: "agent" | "external" | "human" | "system";
  /** Type: direct, broadcast, system or task_assignment */
  type: "broadcast" | "direct" | "system" | "task_assignment";
  /** Recipients */
  to: string[];
  /** Subject */
  subject: string | null;
  /** Text */
  body: string;
  /** Intent */
  intent: string;
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
  /** References to files, diffs, tasks and messages */
  refs: Reference[];
  /** Metadata of the sender */
  metadata: Record<string, unknown>;
  /** Short answers to choose from; left out otherwise */
  choices?: string[];
  /** Chosen answer of a reply; left out otherwise */
  choice?: string;
  /** Id of the message it replies to */
  parent: string | null;
  /** Id of the first message of the conversation */
  thread: string;
  /** Time by which a reply is due */
  expects_reply_by: string | null;
  /** Expiry time, at which it leaves inboxes */
  expires_at: string | null;
  /** Idempotency key of the sender */
  idempotency_key: string | null;
  /** Number of consecutive agent replies before it */
  hops: number;
  /** Time of storage */
  created_at: string;
  /**
   * Whether it came from an export file, so that its sender is not verified; left out otherwise
   */
  imported?: boolean;
  /**
   * Sealed message, which its readers open on their machines; then `subject`, `body`, `refs`
   * and `metadata` are empty; left out otherwise
   */
  sealed?: ReceivedMessage;
  /** Id of this reader's receipt */
  receipt_id: string;
  /** Whether this reader has read it */
  read: boolean;
  /** Whether this reader has archived it */
  archived: boolean;
  /** Whether its reply is overdue; left out otherwise */
  overdue?: boolean;
}

/** Unread messages, a cursor, and counts of the mailbox (up to 1,000). */
export interface InboxPage {
  /** Unread messages */
  messages: InboxMessage[];
  /** Cursor for the next page */
  cursor: string | null;
  /** Whether there are more messages */
  has_more: boolean;
  /** Number of unread messages (counted up to 1,000) */
  unread: number;
  /** Number of messages in the mailbox (counted up to 1,000) */
  total: number;
  /** Whether a count stopped at 1,000 */
  counts_capped: boolean;
  /** Notice about messages left out, or the workspace's text for an empty inbox */
  notice: string | null;
  /** Whether the name is registered; a read-only look does not register it */
  known: boolean;
  /** Similar registered names, for a name that is not registered */
  near: string[];
  /** Tasks in progress, with `with_tasks`; null for none */
  under_way: TasksInProgress | null;
}

/** An invitation that works once. */
export interface Invitation {
  /** Path behind the server's address; the part behind # reaches no log */
  path: string;
  /** Id for key.list and key.revoke */
  id: string;
  /** Agent that the other machine speaks as */
  agent: string;
  /** Workspace that its key is good for */
  workspace: string;
  /** Time at which it expires */
  expires_at: string;
}

/** One record of the roster. */
export interface KeptRecord {
  /** Position; the first is 0 */
  position: number;
  /** Signed bytes, base64 */
  body: string;
  /** Signature, base64 */
  signature: string;
  /** Time at which the server stored it */
  created_at: string;
}

/** A key without its secret. */
export interface KeyInfo {
  /** Id of the key */
  id: string;
  /** Role of the key */
  kind: string;
  /** Name the key speaks as */
  agent: string | null;
  /** Other names the key may speak as */
  may_speak_as: string[];
  /** Label for people */
  label: string;
  /** Dialect whose tools the key gets at /mcp; null for the native ones */
  dialect: string | null;
  /** Creation time */
  created_at: string;
  /** Expiry time */
  expires_at: string | null;
  /** Revocation time */
  revoked_at: string | null;
}

/** Keys of the workspace, oldest first. */
export interface KeyList {
  /** Items, oldest first */
  keys: KeyInfo[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** Parameters of note.link. */
export interface LinkNotes {
  /** Id of a note */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Relation, in one word: supports, contradicts, part_of */
  relation: string;
  /** Id of the other note */
  to: string;
}

/** A linked note, in short. */
export interface LinkedNote {
  /** Id */
  id: string;
  /** Kind */
  kind: string;
  /** Title */
  title: string | null;
  /** Beginning of the text */
  opening: string;
  /** Sender */
  author: string;
  /** Id of the note that superseded it; null for none */
  superseded_by: string | null;
}

/** Parameters of agent.list. */
export interface ListAgentParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Whether to leave out agents that are not online */
  online_only?: boolean;
  /** Whether to leave out yourself */
  others_only?: boolean;
  /**
   * Place of the listed agents: the workspace, your directory, or your repository (without one:
   * your directory) (default workspace)
   */
  within?: "directory" | "repository" | "workspace";
  /** Your directory (default: the one of your check-in) */
  directory?: string;
  /** Your repository (default: none with `directory`, else as there) */
  repository?: string;
  /** Name of the only agent to list */
  name?: string;
  /** Days since the last call, at most (1 to 3,650) */
  days?: number;
  /** Whether to sort by last call, newest first, instead of by name */
  newest_first?: boolean;
  /** Whether to sort by presence: online, idle, away; then by last call, newest first */
  present_first?: boolean;
  /** Maximum number of items to return */
  limit?: number;
  /** Number of agents to skip */
  skip?: number;
  /** Text that names must contain, in any case; names that begin with it come first */
  like?: string;
  /** Cursor from the previous page */
  cursor?: string;
  /** Whether to count each agent's unread messages, up to 100 */
  with_unread?: boolean;
  /** Whether to name each agent's newest session that has not ended */
  with_sessions?: boolean;
  /** Number of offline agents with unread direct messages to list separately (0 to 200) */
  waiting?: number;
}

/** Parameters of event.list. */
export interface ListEventParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Name of an agent or person */
  of?: string;
  /** Kinds of event to filter by, such as message.sent */
  kinds?: string[];
  /** Number of events to skip (0 to 10,000) */
  skip?: number;
  /** Maximum number of items (default 20) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of key.list. */
export interface ListKeyParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of entries to return; as many as fit when left out */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
  /** Whether to include used, revoked and expired one-time links */
  ended_links?: boolean;
}

/** Parameters of mailbox.list. */
export interface ListMailboxParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Owner of the mailbox, as agent or agent/instance (default: you) */
  of?: string;
  /** Whether to leave out read messages */
  unread_only?: boolean;
  /** Whether to include archived messages */
  include_archived?: boolean;
  /** Whether `total` leaves archived messages out when the list does */
  counts_listed?: boolean;
  /** Whether `of` must have the exact spelling of a known name */
  exact?: boolean;
  /** Sender to filter by */
  sender?: string;
  /** Intent to filter by */
  intent?: string;
  /** Maximum number of items (default 30) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of note.list. */
export interface ListNoteParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Kind: memory, note, fact, decision, constraint, folder, or another word */
  kind?: string;
  /** Kind to leave out */
  not_kind?: string;
  /** Id of a note of kind folder */
  folder?: string;
  /** Tag to filter by */
  tag?: string;
  /** Exact title to filter by */
  title?: string;
  /** Author to filter by */
  author?: string;
  /** Minimum priority (1 to 5) */
  min_priority?: number;
  /** Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  since?: string;
  /** Whether to include superseded, archived and expired notes */
  include_superseded?: boolean;
  /** Maximum bytes of text to return (1,000 to 1,000,000); no note is split (default 40000) */
  max_text_bytes?: number;
  /** Maximum number of items (default 20) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
  /** Ids of the only notes to return, in this order (at most 200) */
  ids?: string[];
  /** Whether to return the current note in place of a superseded one; with `ids` */
  follow?: boolean;
}

/** Parameters of webhook_out.list. */
export interface ListOutWebhookParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of entries to return; as many as fit when left out */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of review.list. */
export interface ListReviewParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** State to filter by */
  state?: "open" | "resolved";
  /** Reviewer to filter by */
  of?: string;
  /** Maximum number of items (default 50) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of schedule.list. */
export interface ListScheduleParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of entries to return; as many as fit when left out */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of session.list. */
export interface ListSessionParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Name of an agent or person */
  of?: string;
  /** State to filter by */
  state?: "active" | "ended" | "timed_out";
  /** Number of sessions to skip (0 to 4,000) */
  skip?: number;
  /** Maximum number of items (default 20) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of share.list. */
export interface ListShareParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Numbers of messages and texts (at most 500) */
  numbers: number[];
}

/** Parameters of task.list. */
export interface ListTaskParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /**
   * Statuses to filter by: open, claimed, in_progress, review, done, blocked, failed,
   * cancelled; or unfinished, active, finished, all (default unfinished)
   */
  status?: string | string[];
  /** Assignee to filter by */
  assignee?: string;
  /** Instance of the assignee to filter by */
  assignee_instance?: string;
  /** Whether to return your tasks only */
  mine?: boolean;
  /** Priorities to filter by */
  priority?: number[];
  /** Whether to return unassigned tasks only */
  unassigned_only?: boolean;
  /** Whether to leave out tasks that wait for another */
  ready_only?: boolean;
  /** Creator to filter by */
  creator?: string;
  /** Project to filter by */
  project?: string;
  /** Mission to filter by */
  mission?: string;
  /** Tag to filter by */
  tag?: string;
  /** Tag of the tasks to leave out */
  without_tag?: string;
  /** Earliest time of change, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  updated_since?: string;
  /** Maximum bytes of text to return (1,000 to 1,000,000); no task is split (default 40000) */
  max_text_bytes?: number;
  /** Maximum number of items (default 50) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
  /** Whether to return a cursor after each item */
  with_cursors?: boolean;
  /** Whether to sort by priority, then oldest first, instead of newest first */
  urgent_first?: boolean;
}

/** Parameters of text.list. */
export interface ListTextParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Number of the text after which to begin */
  after?: number;
  /** Maximum number of texts to list (1 to 500) (default 500) */
  limit?: number;
  /** Numbers of texts to return with their contents, instead of a page */
  numbers?: number[];
}

/** Parameters of thread.list. */
export interface ListThreadParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Whether to leave out messages without a reply */
  answered_only?: boolean;
  /** Maximum number of items (default 50) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of webhook.list. */
export interface ListWebhookParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of entries to return; as many as fit when left out */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of workspace.list. */
export interface ListWorkspaceParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of entries to return; as many as fit when left out */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** The key of one message or text, for the caller. */
export interface ListedShare {
  /** Number of the message or text */
  seq: number;
  /** Signed bytes, base64 */
  body: string;
  /** Signature, base64 */
  signature: string;
}

/** Shares for the caller. */
export interface ListedShares {
  /** Shares, at most one of each message */
  shares: ListedShare[];
}

/** A sealed text; what is null the caller cannot read, or did not ask for. */
export interface ListedText {
  /** Number in the workspace */
  seq: number;
  /** Id of the member that wrote it */
  sender: string;
  /** Number among the texts of its writer */
  counter: number;
  /** Hash of the text, base64 */
  hash: string;
  /** Signed header, base64 */
  header: string | null;
  /** Hash of the keys of all readers, base64 */
  wraps_hash: string | null;
  /** Hash of the content, base64 */
  content_hash: string | null;
  /** Signature of the writer, base64 */
  signature: string | null;
  /** Text key for the calling agent, base64 */
  wrap: string | null;
  /** Encrypted content, base64 */
  content: string | null;
}

/** A page of sealed texts. */
export interface ListedTexts {
  /** Texts, oldest first */
  texts: ListedText[];
  /** Whether there are more now */
  more: boolean;
}

/** Parameters of event.log. */
export interface LogEventParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Cursor from the last call (default: the beginning) */
  cursor?: string;
  /** Maximum number of items (default 100) */
  limit?: number;
}

/** One line of the log. */
export interface LogLine {
  /** Id (32 hex digits); the message id for a message */
  id: string;
  /** Type of line: message.sent, contract.opened, contract.resolved, task.created and so on */
  type: string;
  /** Time */
  timestamp: string;
  /** The complete message, or details of the event */
  payload: Record<string, unknown>;
}

/** Lines of the log, and the next cursor. */
export interface LogPage {
  /** Items, oldest first */
  lines: LogLine[];
  /** Cursor for the next call */
  cursor: string;
  /** Whether there are more events now */
  has_more: boolean;
}

/** A page of a mailbox, newest first, with counts (up to 1,000). */
export interface Mailbox {
  /** Owner of the mailbox */
  agent: string;
  /** Items, newest first */
  messages: InboxMessage[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
  /** Number of unread messages (counted up to 1,000) */
  unread: number;
  /** Number of messages in the mailbox (counted up to 1,000) */
  total: number;
  /** Whether a count stopped at 1,000 */
  counts_capped: boolean;
  /** Whether the name is registered; a look into a mailbox does not register it */
  known: boolean;
  /** Similar registered names, for a name that is not registered */
  near: string[];
}

/** Unread and unacknowledged messages of one agent. */
export interface MailboxHealth {
  /** Name */
  agent: string;
  /** Presence: online, idle or away */
  presence: "away" | "idle" | "online";
  /** Number of unread messages (counted up to 100) */
  unread: number;
  /** Time of the oldest of them */
  oldest_unread_at: string | null;
  /** Number of direct messages of the last week that it has not acknowledged */
  unacknowledged: number;
  /** Time of the oldest of them */
  oldest_unacknowledged_at: string | null;
  /** Number of messages sent in each five minutes of the last hour, oldest first */
  sent: number[];
}

/** Parameters of receipt.mark. */
export interface MarkMessages {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Mark to set or clear */
  mark: "acknowledged" | "archived" | "delivered" | "read" | "unarchived" | "unread";
  /** Message ids, message numbers such as #42, or receipt ids (1 to 500) */
  ids: string[];
  /** Whether to mark as the recipient of each receipt id, where the key may speak as it */
  as_recipient?: boolean;
  /** Delivery evidence, such as the channel; stored with the mark */
  evidence?: string | null;
  /** Whether to mark nothing and fail with not_found if an id is not in your mailbox */
  or_refuse?: boolean;
}

/** Ids that changed, that had the mark already, and that are not in the caller's mailbox. */
export interface MarkResult {
  /** Requested mark */
  mark: "acknowledged" | "archived" | "delivered" | "read" | "unarchived" | "unread";
  /** Ids that changed */
  changed: string[];
  /** Ids that had the mark already */
  unchanged: string[];
  /** Ids that are not in your mailbox */
  not_found: string[];
}

/** One message, as every face shows it. */
export interface Message {
  /** Id (32 hex digits); sorts by time */
  id: string;
  /** Number in the workspace, in commit order */
  seq: number;
  /** Workspace */
  workspace: string;
  /** Sender, from the key */
  sender: string;
  /** Instance of the sender */
  sender_instance: string | null;
  /** Kind of the sender, from the key; external for another system through a webhook */
  sender_kind: "agent" | "external" | "human" | "system";
  /** Type: direct, broadcast, system or task_assignment */
  type: "broadcast" | "direct" | "system" | "task_assignment";
  /** Recipients */
  to: string[];
  /** Subject */
  subject: string | null;
  /** Text */
  body: string;
  /** Intent */
  intent: string;
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
  /** References to files, diffs, tasks and messages */
  refs: Reference[];
  /** Metadata of the sender */
  metadata: Record<string, unknown>;
  /** Short answers to choose from; left out otherwise */
  choices?: string[];
  /** Chosen answer of a reply; left out otherwise */
  choice?: string;
  /** Id of the message it replies to */
  parent: string | null;
  /** Id of the first message of the conversation */
  thread: string;
  /** Time by which a reply is due */
  expects_reply_by: string | null;
  /** Expiry time, at which it leaves inboxes */
  expires_at: string | null;
  /** Idempotency key of the sender */
  idempotency_key: string | null;
  /** Number of consecutive agent replies before it */
  hops: number;
  /** Time of storage */
  created_at: string;
  /**
   * Whether it came from an export file, so that its sender is not verified; left out otherwise
   */
  imported?: boolean;
  /**
   * Sealed message, which its readers open on their machines; then `subject`, `body`, `refs`
   * and `metadata` are empty; left out otherwise
   */
  sealed?: ReceivedMessage;
}

/** Pairs of senders and recipients in a period. */
export interface MessageFlow {
  /** Start of the period */
  since: string;
  /** Time from which the numbers are complete; at most 20,000 messages are counted */
  complete_since: string;
  /** Pairs, most messages first (at most 500) */
  pairs: MessagePair[];
  /** Number of pairs that are not listed */
  left_out: number;
  /** Messages, oldest first */
  travels: MessageTrace[];
}

/** A page of messages, newest first, with receipt counts if requested. */
export interface MessagePage {
  /** Items, newest first */
  messages: Message[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
  /** Cursor after each message, in order; empty if not requested */
  cursors: string[];
  /** Receipt counts of each message, in order; empty if not requested */
  tallies: ReceiptCounts[];
  /**
   * Number of messages in each conversation, in order; 201 means more than 200, 0 unknown;
   * empty if not requested
   */
  sizes: number[];
}

/** Messages from one sender to one recipient. */
export interface MessagePair {
  /** Sender */
  sender: string;
  /** Recipient; * for everyone */
  recipient: string;
  /** Number of messages */
  messages: number;
  /** Number of urgent messages */
  urgent: number;
  /** Most frequent intent */
  intent: string;
  /** Time of the newest message */
  last_at: string;
}

/**
 * Matching messages, newest first.
 *
 * `indexed_to` is the newest indexed seq, `behind` the number of messages after it.
 */
export interface MessageSearchPage {
  /** Items, newest first */
  messages: Message[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
  /** Cursor after each message, in order; empty if not requested */
  cursors: string[];
  /** Newest seq that the index covers */
  indexed_to: number;
  /** Number of newer messages that it does not cover */
  behind: number;
}

/** Receipt counts over all recipients, and a page of receipts. */
export interface MessageStatus {
  /** Id of the message */
  id: string;
  /** Sender */
  sender: string;
  /** Type of the message */
  type: string;
  /** Recipients */
  to: string[];
  /** Metadata of the sender */
  metadata: Record<string, unknown>;
  /** Short answers to choose from; left out otherwise */
  choices?: string[];
  /** Newest choice of each agent; left out for a message without choices */
  chosen?: Record<string, string>;
  /** Time of storage */
  created_at: string;
  /** Number of recipients */
  recipients: number;
  /** Number of recipients it was delivered to */
  delivered: number;
  /** Number of recipients who read it */
  read: number;
  /** Number of recipients who acknowledged it */
  acknowledged: number;
  /** Number of recipients who archived it */
  archived: number;
  /** Whether it has expired */
  is_expired: boolean;
  /** Whether a reply is overdue */
  is_late: boolean;
  /** Receipt of each recipient */
  receipts: Receipt[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** One message without its text. */
export interface MessageTrace {
  /** Id of the message */
  id: string;
  /** Time of sending */
  at: string;
  /** Sender */
  sender: string;
  /** Recipient; * for everyone */
  to: string[];
  /** Intent */
  intent: string;
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
}

/** Parameters of note.move. */
export interface MoveNote {
  /** Id of a note */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Id of a note of kind folder; omit it for none */
  folder?: string | null;
  /** Whether to use the current note in place of a superseded one */
  follow?: boolean;
}

/** A muted message, thread or agent. */
export interface MuteState {
  /** Kind: message, thread or agent */
  kind: "agent" | "message" | "thread";
  /** Id of the message or thread, or name of the agent */
  of: string;
  /** Time at which it was muted */
  at: string;
  /** End of the mute; null without an end */
  until: string | null;
}

/** A message that needs a person's attention, and why. */
export interface Need {
  /**
   * Reason: `mail` for a person; `blocked`; `question` without a reply for ten minutes;
   * `urgent` and unacknowledged for two; `late` for an overdue reply; `stuck` for a message of
   * yours to an offline agent; `expired` undelivered
   */
  kind: "blocked" | "expired" | "late" | "mail" | "question" | "stuck" | "urgent";
  /** Message; body cut to 500 characters */
  message: Message;
  /**
   * Recipients it waits for: those who have not acknowledged it, all of them for a `late` reply
   * (at most 10)
   */
  waiting_for: string[];
  /** Time since which it waits */
  since: string;
  /** Whether another recipient has replied */
  is_answered: boolean;
}

/** Messages that need a person's attention, oldest first. */
export interface NeedList {
  /** Items, oldest first */
  needs: Need[];
  /** Unknown names that messages wait for */
  awaited: string[];
  /** Threads and agents that are paused, as far as you may see them */
  paused: PauseState[];
  /** Messages, threads and agents that you have hidden (`mute.start`) */
  muted: MuteState[];
}

/** Parameters of workspace.needs. */
export interface NeedsWorkspaceParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of items (default 50) */
  limit?: number;
}

/** A new key, shown only once. */
export interface NewKey {
  /** Key; shown only once */
  key: string;
  /** Id of the key, as in key.list */
  id: string;
  /** Workspace the key is valid in */
  workspace: string;
  /** Name the key speaks as */
  agent: string | null;
  /** Role of the key */
  kind: string;
  /** Expiry time; null for never */
  expires_at: string | null;
}

/** A note to add. */
export interface NewNote {
  /** Text, Markdown by convention (1 to 100,000 characters) */
  text: string;
  /** Title */
  title?: string | null;
  /** Kind: memory, note, fact, decision, constraint, folder, or another word (default note) */
  kind?: string;
  /** Tags */
  tags?: string[];
  /** Priority (1 to 5); new sessions receive notes from 4 on (default 3) */
  priority?: number;
  /** Any JSON object (at most 16 KiB) */
  metadata?: Record<string, unknown>;
  /** Links to other notes (at most 50) */
  links?: NewNoteLink[];
  /** Ids of the notes it is made from; it links to them with derived_from */
  sources?: string[];
  /** Id of a note of kind folder */
  folder?: string | null;
  /** Time from which it is left out like an archived note: RFC 3339, or 2h, 3d */
  expires_at?: string | null;
}

/** A link to an existing note. */
export interface NewNoteLink {
  /** Relation, in one word: supports, contradicts, part_of */
  relation: string;
  /** Id of a note */
  to: string;
}

/** An outgoing webhook with its secret, shown only once. */
export interface NewOutgoing {
  /** Id (32 hex digits) */
  id: string;
  /** Address of the receiver without its path, which can hold a token */
  url: string;
  /** Messages to report */
  on: string;
  /** Form of the requests */
  form: string;
  /** Creator */
  created_by: string;
  /** Creation time */
  created_at: string;
  /** Number of deliveries that the receiver accepted */
  delivered: number;
  /** Number of deliveries that wait for an attempt */
  waiting: number;
  /** Number of deliveries that failed at every attempt (at most 1,000) */
  failed: number;
  /** Time of the next attempt */
  next_at: string | null;
  /** Time of the last attempt */
  last_at: string | null;
  /** HTTP status of the last attempt */
  last_status: number | null;
  /** Error of the last attempt; null if it was accepted */
  last_error: string | null;
  /** Newest deliveries that failed at every attempt (at most 10) */
  failures: FailedDelivery[];
  /** Secret for checking the signatures; shown only once */
  secret: string;
}

/** A webhook with its secret, shown only once. */
export interface NewWebhook {
  /** Id (32 hex digits) */
  id: string;
  /** Subject; a template for a webhook */
  subject: string | null;
  /** Text; a template for a webhook */
  body: string;
  /** Intent */
  intent: string;
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
  /** Creator */
  created_by: string;
  /** Creation time */
  created_at: string;
  /** Path on this server for the other system's requests */
  path: string;
  /** Signature form */
  form: string;
  /** Recipients */
  to: string;
  /** Number of deliveries that became messages */
  received: number;
  /** Time of the newest delivery */
  received_at: string | null;
  /** Secret for the other system's signatures; shown only once */
  secret: string;
}

/** One note, as every face shows it. */
export interface Note {
  /** Id (32 hex digits); sorts by time */
  id: string;
  /** Number in the workspace */
  number: number;
  /** Kind */
  kind: string;
  /** Title */
  title: string | null;
  /** Text */
  text: string;
  /** Tags */
  tags: string[];
  /** Priority (1 to 5; 5 matters most) */
  priority: number;
  /** Metadata of the author */
  metadata: Record<string, unknown>;
  /** Sender, from the key */
  author: string;
  /** Instance of the author */
  author_instance: string | null;
  /** Id of the note it supersedes; null for none */
  supersedes: string | null;
  /** Id of the note that superseded it; null for none */
  superseded_by: string | null;
  /** Id of the folder it is in; null for none */
  folder: string | null;
  /** Expiry; null for none */
  expires_at: string | null;
  /** Time of archiving; null if it is not archived */
  archived_at: string | null;
  /** Time of storage */
  created_at: string;
}

/** Current notes and the links between them. */
export interface NoteGraph {
  /** Notes, nearest first */
  notes: LinkedNote[];
  /** Links between them */
  links: NoteLink[];
  /** Ids of the notes that it began from */
  entries: string[];
}

/** A link between two notes. */
export interface NoteLink {
  /** Id of the link: its two notes and the relation */
  id: string;
  /** Id of the first note */
  source: string;
  /** Relation of the first note to the second */
  relation: string;
  /** Id of the second note */
  target: string;
  /** Author of the link */
  author: string | null;
  /** Time */
  created_at: string;
}

/** Outcome of one note: its id or its error. */
export interface NoteOutcome {
  /** Id of the note */
  id?: string | null;
  /** Whether it existed before */
  duplicate?: boolean;
  /** Error; null if it succeeded */
  error?: Record<string, unknown> | null;
}

/** A page of notes, newest first. */
export interface NotePage {
  /** Items, newest first */
  notes: Note[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** A note, its links and the linked notes. */
export interface NoteWithLinks {
  /** The note */
  note: Note;
  /** Links within `depth` */
  links: NoteLink[];
  /** Linked notes, nearest first */
  neighbours: LinkedNote[];
}

/** Parameters of review.open. */
export interface OpenReview {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Reviewers: names separated by commas, or a list */
  to: string | string[];
  /** Text of the request, such as the feedback you need */
  body: string;
  /** Subject (at most 200 characters) */
  subject?: string | null;
  /** Diff under review: a range of commits, a branch or a path */
  diff?: string | null;
  /** Paths of files under review (at most 49) */
  files?: string[];
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
  /** Time by which a reply is due: RFC 3339, or 2h, tomorrow 9:00 */
  expects_reply_by?: string | null;
}

/** An outgoing webhook without its secret. */
export interface OutgoingWebhook {
  /** Id (32 hex digits) */
  id: string;
  /** Address of the receiver without its path, which can hold a token */
  url: string;
  /** Messages to report */
  on: string;
  /** Form of the requests */
  form: string;
  /** Creator */
  created_by: string;
  /** Creation time */
  created_at: string;
  /** Number of deliveries that the receiver accepted */
  delivered: number;
  /** Number of deliveries that wait for an attempt */
  waiting: number;
  /** Number of deliveries that failed at every attempt (at most 1,000) */
  failed: number;
  /** Time of the next attempt */
  next_at: string | null;
  /** Time of the last attempt */
  last_at: string | null;
  /** HTTP status of the last attempt */
  last_status: number | null;
  /** Error of the last attempt; null if it was accepted */
  last_error: string | null;
  /** Newest deliveries that failed at every attempt (at most 10) */
  failures: FailedDelivery[];
}

/** Outgoing webhooks of the workspace. */
export interface OutgoingWebhooks {
  /** Items, oldest first */
  webhooks: OutgoingWebhook[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** Parameters of workspace.overview. */
export interface OverviewWorkspaceParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
}

/** The pause, and whether this call changed anything. */
export interface PauseResult {
  /** Kind: thread or agent */
  kind: "agent" | "thread";
  /** Id of the thread, or name of the agent */
  of: string;
  /** Person who paused it */
  by: string;
  /** Time of the pause */
  at: string;
  /** Whether it was not paused before */
  changed: boolean;
}

/** A paused thread or agent. */
export interface PauseState {
  /** Kind: thread or agent */
  kind: "agent" | "thread";
  /** Id of the thread, or name of the agent */
  of: string;
  /** Person who paused it */
  by: string;
  /** Time of the pause */
  at: string;
}

/** A participant of a conversation. */
export interface Person {
  /** Name */
  name: string;
  /** Kind: agent, human or system */
  kind: string;
  /** Number of messages */
  messages: number;
}

/** One task of a plan. */
export interface PlannedTask {
  /** Title, in one line */
  title: string;
  /** Full description, Markdown by convention */
  description?: string;
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
  /** Condition for done */
  done_when?: string | null;
}

/** Parameters of message.preview. */
export interface PreviewMessage {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Recipients, as in message.send */
  to: string | string[];
  /** Instance of the only recipient */
  to_instance?: string | null;
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
}

/** The messages to show the model now, and the counts of the mailbox. */
export interface ProgramReport {
  /** Messages to show now */
  messages: InboxMessage[];
  /** Id for program.shown once they are shown; null for none */
  offer: string | null;
  /** Agent that the session belongs to */
  agent: string;
  /** Instance of the session */
  instance: string | null;
  /** Workspace of the session */
  workspace: string;
  /** Unread messages, up to 1,000 */
  unread: number;
  /** Unread messages of priority 5 */
  urgent: number;
  /** Ids of messages too long to show here */
  too_long: string[];
  /** Edits that collide with claims, to show now */
  collisions: FileCollision[];
  /** Notes to show now, with `with_notes` (at most 5) */
  notes: Note[];
  /**
   * Messages of this page whose reply is due, by id: half_time when half of the time is over,
   * or overdue
   */
  reminders: Record<string, "half_time" | "overdue">;
}

/** Place of the text. */
export interface PutDone {
  /** Number in the workspace */
  seq: number;
  /** Number among the editions of the object's text */
  edition: number;
  /** Whether the server had the text before */
  duplicate: boolean;
}

/** Parameters of text.put. */
export interface PutText {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Text, sealed and signed by the caller */
  sealed: GivenText;
}

/** The rules that hold now. Urgent messages (priority 5) are never held. */
export interface QuietRules {
  /** Agent */
  agent: string;
  /** Instance; null for all instances */
  instance: string | null;
  /** End of the quiet time */
  quiet_until: string | null;
  /** Minutes between two digests */
  digest_minutes: number | null;
  /** Whether messages wait for the end of the turn */
  at_turn_end: boolean;
}

/** One recipient's receipt for one message; times are null until they happen. */
export interface Receipt {
  /** Id of the receipt */
  receipt_id: string;
  /** Recipient */
  agent: string;
  /** Instance it was addressed to */
  instance: string | null;
  /** Kind: agent, human or system */
  kind: string;
  /** State */
  state: "acknowledged" | "delivered" | "expired" | "pending" | "read" | "withdrawn";
  /** Delivery time */
  delivered_at: string | null;
  /** Time at which it was marked read */
  read_at: string | null;
  /** Acknowledgement time */
  acknowledged_at: string | null;
  /** Archive time */
  archived_at: string | null;
  /**
   * Evidence of each mark and each other step (signalled, injected, seen, reminded, rerouted,
   * answered) in their order: mark, instance, at, face, operation, evidence
   */
  by: (Record<string, unknown>)[];
}

/** Receipt counts of one message. */
export interface ReceiptCounts {
  /** Id of the message */
  id: string;
  /** Number of recipients */
  recipients: number;
  /** Number of recipients it was delivered to */
  delivered: number;
  /** Number of recipients who read it */
  read: number;
  /** Number of recipients who acknowledged it */
  acknowledged: number;
}

/** Parameters of webhook.receive. */
export interface ReceiveWebhook {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Id of the webhook, from webhook.list */
  id: string;
  /** Headers of the request, with names in lower case */
  headers: Record<string, string>;
  /** Exact bytes of the request body, in base64 */
  body: string;
}

/** A sealed message as one reader gets it. */
export interface ReceivedMessage {
  /** Signed header, base64 */
  header: string;
  /** Hash of the keys of all readers, base64 */
  wraps_hash: string;
  /** Message key for the calling agent, base64; null for none */
  wrap: string | null;
  /** Encrypted content, base64 */
  content: string;
  /** Signature of the sender, base64 */
  signature: string;
}

/** A recipient: whether it is known, its presence and last call. */
export interface Recipient {
  /** Name */
  agent: string;
  /** Instance the message is addressed to */
  instance: string | null;
  /** Whether an agent with this name has connected before */
  known: boolean;
  /** Similar known names */
  near: string[];
  /** Presence: online, idle or away */
  presence: "away" | "idle" | "online";
  /** Time of the last call */
  last_seen: string | null;
  /**
   * Delivery channel: poll, hook (next event of its program), socket, push, or wakes when idle,
   * with the way
   */
  reach: string;
  /** Expected delivery: how and how soon it sees the message, without its name */
  delivery: string;
}

/** Parameters of invite.redeem. */
export interface RedeemInvite {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** PKCE verifier of an invitation with a challenge */
  verifier?: string;
  /** Program that the invitation is for */
  client?: string;
}

/** Parameters of login.redeem. */
export interface RedeemSignInLink {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
}

/** A file, diff, task, message or address that the reader needs; never its bytes. */
export interface Reference {
  /** Kind of the target */
  kind: "diff" | "file" | "message" | "task" | "url";
  /** Path, URL or id */
  target: string;
  /** Lines, such as 10-20 */
  lines?: string | null;
  /** Reason to read it */
  note?: string | null;
}

/** Parameters of note.remove. */
export interface RemoveNote {
  /** Id of a note */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
}

/** Parameters of webhook_out.remove. */
export interface RemoveOutgoingWebhook {
  /** Id of the webhook, from webhook_out.list */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
}

/** Parameters of schedule.remove. */
export interface RemoveSchedule {
  /** Id of the schedule, or its beginning */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
}

/** Parameters of webhook.remove. */
export interface RemoveWebhook {
  /** Id of the webhook, from webhook.list */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
}

/** The link that is gone. */
export interface RemovedLink {
  /** Id of the link */
  id: string;
  /** Whether it is gone */
  removed: boolean;
}

/** The removed note. */
export interface RemovedNote {
  /** Id of the note */
  id: string;
  /** Number of versions of it that are gone */
  removed: number;
  /** Time */
  removed_at: string;
}

/** Parameters of program.report. */
export interface ReportProgramEvent {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Agent program, such as claude */
  program: string;
  /** Id of the session in the program */
  program_session: string;
  /** Event in the words that all programs share */
  moment: "asking" | "compacted" | "compacting" | "delegating" | "prompt" | "session_end" | "session_start" | "tool" | "turn_end";
  /** Name of the event in the program, kept as evidence */
  event?: string;
  /** Whether the model's context starts without earlier messages */
  is_new_context?: boolean;
  /** Whether this end of a turn follows one that went on for messages */
  is_continued?: boolean;
  /** Whether a sub-agent of a `delegating` report has ended */
  has_returned?: boolean;
  /** Whether the program can show messages at this event (default True) */
  can_show?: boolean;
  /** Whether the messages of the last report were shown */
  has_shown_last?: boolean;
  /** Files that the program has just changed (at most 50) */
  files?: string[];
  /** Whether to refuse a session that has not reported before */
  must_be_known?: boolean;
  /**
   * Whether to return notes too: important ones when a session starts, at a prompt those that
   * share words with it
   */
  with_notes?: boolean;
  /**
   * Lowest priority of important notes (1 to 5); constraints are always important (default 4)
   */
  notes_from?: number;
  /** Prompt of the user, to find notes by; not stored */
  prompt?: string | null;
  /** Ids of notes to leave out (at most 500) */
  known_notes?: string[];
  /** Model that runs */
  model?: string | null;
  /** Machine it runs on */
  machine?: string | null;
  /** Wish for an instance name, as in agent.check_in */
  auto_instance?: string | null;
  /** Identity of this running instance */
  copy_id?: string | null;
}

/** Parameters of program.shown. */
export interface ReportShownMessages {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Agent program */
  program: string;
  /** Id of the session in the program */
  program_session: string;
  /** Id that program.report gave */
  offer: string;
}

/** Parameters of program.signalled. */
export interface ReportSignal {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Agent program */
  program: string;
  /** Id of the session in the program */
  program_session: string;
  /** Way of the signal */
  way: string;
  /** Ids of the messages, as program.wake gave them */
  ids: string[];
}

/** Time until which the request waits. */
export interface RequestResult {
  /** Time at which the request ends */
  expires_at: string;
}

/** Parameters of roster.request. */
export interface RequestRoster {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Request for the admins, base64 (4 KiB) */
  request: string;
  /** Id of a member (64 hex digits) */
  member: string;
}

/** Parameters of roster.requests. */
export interface RequestsRosterParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
}

/** Parameters of review.resolve. */
export interface ResolveReview {
  /** Id of the review */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Outcome: resolved, accepted, wont_fix or another word (default resolved) */
  outcome?: string;
  /** Text of the resolution (default: its outcome) */
  body?: string;
}

/** The thread or agent that is not paused any more. */
export interface ResumeResult {
  /** Kind: thread or agent */
  kind: "agent" | "thread";
  /** Id of the thread, or name of the agent */
  of: string;
  /** Person who had paused it */
  paused_by: string;
  /** Time of the pause */
  paused_at: string;
}

/** Parameters of webhook_out.retry. */
export interface RetryDeliveries {
  /** Id of the webhook, from webhook_out.list */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Id of one failed delivery (default: all of them) */
  delivery?: string | null;
}

/** Failed deliveries that the server repeats. */
export interface RetryResult {
  /** Id of the webhook */
  id: string;
  /** Number of deliveries that the server repeats */
  deliveries: number;
}

/** A review with its comments, oldest first. */
export interface Review {
  /** Id of the review, and of its first message */
  id: string;
  /** State: open or resolved */
  state: "open" | "resolved";
  /** Agent or person whose diff it is */
  author: string;
  /** Reviewers */
  to: string[];
  /** Subject */
  subject: string | null;
  /** Text of the request */
  body: string;
  /** Diffs and files under review */
  refs: Reference[];
  /** Id of the conversation */
  thread: string;
  /** Time of storage */
  created_at: string;
  /** Time of the resolution */
  resolved_at: string | null;
  /** Agent or person who resolved it */
  resolved_by: string | null;
  /** Outcome: resolved, accepted, wont_fix or another word */
  outcome: string | null;
  /** Number of comments and resolutions */
  comment_count: number;
  /** Comments, oldest first, as many as fit; none in a list */
  comments: ReviewComment[];
}

/** A comment on a review, or its resolution. */
export interface ReviewComment {
  /** Id of the message */
  id: string;
  /** Author, from the key */
  author: string;
  /** Kind of the author: agent, human, system or external */
  kind: string;
  /** Path of the file; null for a comment on all of it */
  file: string | null;
  /** Line or lines of the file, such as 10-20 */
  line: string | null;
  /** Text */
  body: string;
  /** Whether it resolves the review */
  resolves: boolean;
  /** Time of storage */
  created_at: string;
}

/** A page of reviews, newest first, without their comments. */
export interface ReviewPage {
  /** Items, newest first */
  reviews: Review[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** Parameters of key.revoke. */
export interface RevokeKey {
  /** Id of the key, from key.list */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
}

/** Records of the roster, and what each member sent last. */
export interface RosterRecords {
  /** Whether the workspace is sealed */
  is_sealed: boolean;
  /** Records, in order */
  records: KeptRecord[];
  /** Position of the newest record; -1 for none */
  position: number;
  /** Last message of each present member, with the last page only */
  chains: Chain[];
}

/** Parameters of key.rotate. */
export interface RotateKey {
  /** Id of the key, from key.list */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Seconds until the old key ends (0 for now) (default 86400) */
  grace_s?: number;
}

/** The new key, shown only once, and the end of the old one. */
export interface RotatedKey {
  /** Key; shown only once */
  key: string;
  /** Id of the key, as in key.list */
  id: string;
  /** Workspace the key is valid in */
  workspace: string;
  /** Name the key speaks as */
  agent: string | null;
  /** Role of the key */
  kind: string;
  /** Expiry time; null for never */
  expires_at: string | null;
  /** Id of the replaced key */
  old_id: string;
  /** Time at which the old key ends */
  old_ends_at: string;
  /** File on the server's machine that contains the new key; null for none */
  kept_in: string | null;
}

/** A scheduled message. */
export interface Schedule {
  /** Id (32 hex digits) */
  id: string;
  /** Subject; a template for a webhook */
  subject: string | null;
  /** Text; a template for a webhook */
  body: string;
  /** Intent */
  intent: string;
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
  /** Creator */
  created_by: string;
  /** Creation time */
  created_at: string;
  /** Cron expression */
  cron: string;
  /** Time zone of the expression */
  zone: string;
  /** Recipients */
  to: string[];
  /** Next time it sends */
  next_at: string;
  /** Last time it sent or failed */
  last_at: string | null;
  /** Reason why the last run failed; null if it sent */
  last_error: string | null;
}

/** Schedules of the workspace. */
export interface ScheduleList {
  /** Items, oldest first */
  schedules: Schedule[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** A message as its sender sealed and signed it. */
export interface SealedMessage {
  /** Signed header, base64 */
  header: string;
  /** Message key for each reader, ascending by member */
  wraps: Wrap[];
  /** Encrypted content, base64 */
  content: string;
  /** Signature of the sender, base64 */
  signature: string;
}

/** Parameters of message.search. */
export interface SearchMessageParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  since?: string;
  /** Latest time, inclusive, in the same formats */
  until?: string;
  /** Name of an agent or person */
  sender?: string;
  /** Name of an agent or person */
  recipient?: string;
  /** Id of a message, its beginning or #42 */
  thread?: string;
  /** Intent to filter by */
  intent?: string;
  /** Metadata values to filter by; {} for no filter */
  metadata?: Record<string, unknown>;
  /** Maximum number of items to return (default 20) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
  /** Whether to return a cursor after each item */
  with_cursors?: boolean;
  /** Words that must all occur; also "a phrase", start*, -without */
  query: string;
}

/** Parameters of note.search. */
export interface SearchNoteParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Kind: memory, note, fact, decision, constraint, folder, or another word */
  kind?: string;
  /** Kind to leave out */
  not_kind?: string;
  /** Id of a note of kind folder */
  folder?: string;
  /** Tag to filter by */
  tag?: string;
  /** Exact title to filter by */
  title?: string;
  /** Author to filter by */
  author?: string;
  /** Minimum priority (1 to 5) */
  min_priority?: number;
  /** Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  since?: string;
  /** Whether to include superseded, archived and expired notes */
  include_superseded?: boolean;
  /** Maximum bytes of text to return (1,000 to 1,000,000); no note is split (default 40000) */
  max_text_bytes?: number;
  /** Maximum number of items (default 20) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
  /** Words that must all occur; also "a phrase", start*, -without */
  query: string;
  /** Whether one of the words is enough */
  any_word?: boolean;
}

/** Parameters of task.search. */
export interface SearchTaskParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /**
   * Statuses to filter by: open, claimed, in_progress, review, done, blocked, failed,
   * cancelled; or unfinished, active, finished, all (default all)
   */
  status?: string | string[];
  /** Assignee to filter by */
  assignee?: string;
  /** Instance of the assignee to filter by */
  assignee_instance?: string;
  /** Whether to return your tasks only */
  mine?: boolean;
  /** Priorities to filter by */
  priority?: number[];
  /** Whether to return unassigned tasks only */
  unassigned_only?: boolean;
  /** Whether to leave out tasks that wait for another */
  ready_only?: boolean;
  /** Creator to filter by */
  creator?: string;
  /** Project to filter by */
  project?: string;
  /** Mission to filter by */
  mission?: string;
  /** Tag to filter by */
  tag?: string;
  /** Tag of the tasks to leave out */
  without_tag?: string;
  /** Earliest time of change, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  updated_since?: string;
  /** Maximum bytes of text to return (1,000 to 1,000,000); no task is split (default 40000) */
  max_text_bytes?: number;
  /** Maximum number of items (default 50) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
  /** Whether to return a cursor after each item */
  with_cursors?: boolean;
  /** Words that must all occur; also "a phrase", start*, -without */
  query: string;
}

/** Parameters of agent.heartbeat. */
export interface SendHeartbeat {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Summary of your current work */
  summary?: string | null;
}

/** Parameters of message.send. */
export interface SendMessage {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /**
   * Recipients: names with commas, or a list; bob/laptop for one instance, * for everyone, user
   * for all people (default: the parent's sender)
   */
  to?: string | string[] | null;
  /** Text in Markdown (at most 50,000 characters) */
  body: string;
  /** Instance of the only recipient */
  to_instance?: string | null;
  /** Subject (at most 200 characters) */
  subject?: string | null;
  /**
   * Word such as question, handoff, review_request, blocked, context_share, inform, request,
   * alert, error, status or answer (default inform)
   */
  intent?: string;
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
  /** Files, diffs, tasks and messages to read (at most 50) */
  refs?: Reference[];
  /** Any JSON object (at most 16 KiB) */
  metadata?: Record<string, unknown>;
  /** Answers to choose from (at most 9) */
  choices?: string[];
  /** One of the parent's `choices` */
  choice?: string | null;
  /** Id of the message this replies to */
  parent?: string | null;
  /** Whether to reply to the parent's other recipients too; without `to` */
  reply_all?: boolean;
  /** Time by which a reply is due: RFC 3339, 2h, tomorrow 9:00 */
  expects_reply_by?: string | null;
  /** Days until the message leaves inboxes (1 to 365) */
  expires_in_days?: number | null;
  /**
   * Whether the message also goes to another online instance of the recipient, or to an agent
   * of the same role, when the reply is overdue
   */
  reroute?: boolean;
  /** Key that prevents a copy when the call is repeated */
  idempotency_key?: string | null;
  /** Unknown recipients: hold the message, refuse it, or refuse offline agents too */
  unknown?: "hold" | "inactive" | "refuse" | null;
  /** Facts to append to the text, one line each as name: value (at most 50) */
  facts?: Record<string, unknown>;
  /** Whether a person's broadcast that starts with @name goes to that name only */
  mention?: boolean;
  /** Whether an unknown name in `to` may be the name of an instance */
  by_instance?: boolean;
  /** Whether `to` must have the exact spelling of known names */
  exact?: boolean;
  /** Whether to list the first 50 recipients of a broadcast */
  lists_everyone?: boolean;
  /**
   * Whether the workspace's relaxed limits on replies of agents and identical messages apply,
   * made for clients of other systems
   */
  relaxed_limits?: boolean;
  /**
   * Sealed message, for a sealed workspace; its header replaces `to`, `parent`, `priority` and
   * the times
   */
  sealed?: SealedMessage | null;
}

/** Parameters of message.send_many. */
export interface SendMessages {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Messages with the fields of message.send (1 to 500) */
  messages: (Record<string, unknown>)[];
}

/** Outcome of one message: `sent` or `error`. */
export interface SendOutcome {
  /** Result of message.send; null if refused */
  sent?: SentMessage | null;
  /** Error; null if it succeeded */
  error?: Record<string, unknown> | null;
}

/** Id of the message, and how soon each recipient sees it. */
export interface SentMessage {
  /** Id of the message */
  id: string;
  /** Number in the workspace */
  seq: number;
  /** Workspace */
  workspace: string | null;
  /** Id of the conversation */
  thread: string;
  /** Sender */
  sender: string;
  /** Type: direct, broadcast, system or task_assignment */
  type: string;
  /** Time of storage */
  created_at: string;
  /** Whether this key was used before */
  duplicate: boolean;
  /** Number of recipients */
  recipient_count: number;
  /** Recipients; for a broadcast empty, or the first 50 if requested */
  recipients: Recipient[];
}

/** Outcomes in the order of the messages. */
export interface SentMessages {
  /** Outcome of each message, in order */
  outcomes: SendOutcome[];
  /** Number of stored messages */
  sent: number;
  /** Number of refused messages */
  refused: number;
}

/** Status of the database and the server. */
export interface ServerStatus {
  /** Time of this status */
  at: string;
  /** Version of the server */
  version: string;
  /** Size of the database in bytes, all workspaces together */
  database_bytes: number;
  /** Number of open WebSockets on this server */
  sockets: number;
  /** Milliseconds that this server's clock is ahead of PostgreSQL's; null for SQLite */
  clock_skew_ms: number | null;
  /** Newest copy that server.backup made and checked; null for none */
  backup: DatabaseCopy | null;
}

/** One session of an agent. */
export interface Session {
  /** Id */
  id: string;
  /** Number in the workspace */
  number: number;
  /** Workspace */
  workspace: string;
  /** Agent */
  agent: string;
  /** Instance */
  instance: string | null;
  /** Kind: agent or human */
  kind: string;
  /** State: active, ended, or timed_out after `ttl_s` without a call */
  state: "active" | "ended" | "timed_out";
  /** Area of the work that it claims */
  area: string | null;
  /** Files it claims */
  files: string[];
  /** Summary of its work */
  summary: string | null;
  /** Outcome, in one word */
  outcome: string | null;
  /** Changed files, reported at its end */
  touched: string[];
  /** Seconds it counts as active after a call */
  ttl_s: number;
  /** Start time */
  started_at: string;
  /** Time of the last call with its token */
  last_seen: string;
  /** End time */
  ended_at: string | null;
}

/** Context for an agent that starts to work. */
export interface SessionContext {
  /** Unread messages, most urgent first (at most 5) */
  messages: InboxMessage[];
  /** Number of unread messages (counted up to 1,000) */
  unread: number;
  /** Number of messages in the mailbox (counted up to 1,000) */
  total: number;
  /** Your previous sessions, newest first */
  recent: Session[];
  /** Other agents, by last call (at most 10) */
  agents: AgentInstance[];
  /** Your unfinished tasks, most urgent first (at most 10) */
  tasks: Task[];
  /**
   * Current constraints and notes of priority `notes_from` and up, newest first (at most 10)
   */
  notes: Note[];
  /** Notes with words of `query`, newest first (at most 10) */
  found: Note[];
  /** Notes of kind document with the requested titles */
  documents: Note[];
  /** Notes by others since your last session, newest first (at most 10) */
  news: Note[];
  /**
   * Your messages that were acknowledged since then, the last first: at most 10, of your newest
   * 100
   */
  acknowledged: Acknowledgement[];
  /** Number of current notes */
  kept: number;
  /** Whether this is your first session in this workspace */
  is_first: boolean;
}

/** The context that session.start returns; null if you have started already. */
export interface SessionOpening {
  /** Your name */
  agent: string;
  /** Workspace */
  workspace: string;
  /** Context; null if you have a session or were active within the last hour */
  told: SessionContext | null;
}

/** A page of sessions, newest first. */
export interface SessionPage {
  /** Items, newest first */
  sessions: Session[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** Settings of sessions in the workspace. */
export interface SessionRules {
  /** Reaction to sessions that claim the same work: warn or block */
  on_conflict: "block" | "warn";
  /** Seconds between heartbeats */
  heartbeat_s: number;
  /** Seconds a session counts as active after a call */
  ttl_s: number;
}

/** Parameters of agent.set_kind. */
export interface SetAgentKind {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Name of an agent or person */
  name: string;
  /** Kind: agent or human */
  kind: "agent" | "human";
}

/** Parameters of agent.quiet. */
export interface SetQuietRules {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** End of the quiet time: RFC 3339, or 2h, 17:00 */
  until?: string | null;
  /** Minutes between two digests */
  digest_minutes?: number | null;
  /** Whether messages wait for the end of the turn */
  at_turn_end?: boolean;
  /** Whether to remove all rules */
  off?: boolean;
}

/** How many messages are marked delivered by this. */
export interface ShownResult {
  /** Messages marked delivered, with evidence */
  marked: number;
}

/** A link that signs one person in once. */
export interface SignInLink {
  /** Path of the link on the server; browsers send no part after # to a server */
  path: string;
  /** Person the link signs in */
  agent: string;
  /** Workspace the key is valid in; null for all workspaces */
  workspace: string | null;
  /** Expiry time of the link */
  expires_at: string;
}

/** Whether the key has ended. */
export interface SignOutResult {
  /** Whether the key has ended */
  ended: boolean;
}

/** The number of messages with evidence of the signal. */
export interface SignalResult {
  /** Messages with evidence of the signal */
  noted: number;
}

/** A record of the roster: the bytes that an admin signed, and the signature. */
export interface SignedRecord {
  /** Signed bytes, base64 */
  body: string;
  /** Signature, base64 */
  signature: string;
}

/** Parameters of mute.start. */
export interface StartMute {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Name of an agent, or id of a message: its thread is hidden */
  of: string;
  /** End: RFC 3339, or 2h, tomorrow 9:00. With it, a message id hides only that message */
  until?: string | null;
}

/** Parameters of pause.start. */
export interface StartPause {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Id of any message of the thread, or name of the agent */
  of: string;
}

/** Parameters of session.start. */
export interface StartSession {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Summary of your current work */
  summary?: string | null;
  /** Machine */
  machine?: string | null;
  /** Operating system */
  platform?: string | null;
  /** Agent program */
  program?: string | null;
  /** Model */
  model?: string | null;
  /** Display name */
  title?: string | null;
  /** Role */
  role?: string | null;
  /** Capabilities (at most 50) */
  capabilities?: string[] | null;
  /** Area of the work that you claim */
  area?: string | null;
  /** Files you work on (at most 200) */
  files?: string[] | null;
  /** Delivery channel: poll, hook, socket or push */
  reach?: string | null;
  /** Directory you work in */
  directory?: string | null;
  /** Root directory of your repository */
  repository?: string | null;
  /** Id of your process */
  pid?: number | null;
  /** Terminal of your process */
  terminal?: string | null;
  /** Seconds you count as online after a call (10 to 86,400) */
  ttl_s?: number | null;
  /**
   * Form of a new name to register under, without `agent`, such as worker-????: each ? becomes
   * a random character of a to z and 0 to 9
   */
  name_form?: string | null;
  /**
   * Preferred instance name, such as a directory name; the server adds -2, -3, … if it is in
   * use
   */
  auto_instance?: string | null;
  /** Random text that identifies this process, so that it keeps its instance */
  copy_id?: string | null;
  /** Seconds between heartbeats (default: the workspace's setting) */
  heartbeat_s?: number | null;
  /** Seconds you count as online after a call (default: `ttl_s`) */
  online_s?: number | null;
  /** Reaction to a conflict: warn, or block the start (default: the workspace's setting) */
  on_conflict?: "block" | "warn" | null;
  /** Whether to announce the start and the end to everyone */
  announce?: boolean;
  /** Whether to generate a new name although the key has one, where it may; without `agent` */
  new_name?: boolean;
  /** Mark to set on the returned messages, in the same transaction (default none) */
  mark?: "delivered" | "none" | "read";
  /** State to filter by: unread, or pending for not delivered yet (default unread) */
  state?: "pending" | "unread";
  /** Words to search notes for; any of them is enough */
  query?: string | null;
  /** Titles of notes of kind document to return (at most 20) */
  documents?: string[];
  /**
   * Lowest priority of important notes (1 to 5); constraints are always important (default 4)
   */
  notes_from?: number;
}

/** The new session with its token, and context to start with. */
export interface StartedSession {
  /** Unread messages, most urgent first (at most 5) */
  messages: InboxMessage[];
  /** Number of unread messages (counted up to 1,000) */
  unread: number;
  /** Number of messages in the mailbox (counted up to 1,000) */
  total: number;
  /** Your previous sessions, newest first */
  recent: Session[];
  /** Other agents, by last call (at most 10) */
  agents: AgentInstance[];
  /** Your unfinished tasks, most urgent first (at most 10) */
  tasks: Task[];
  /**
   * Current constraints and notes of priority `notes_from` and up, newest first (at most 10)
   */
  notes: Note[];
  /** Notes with words of `query`, newest first (at most 10) */
  found: Note[];
  /** Notes of kind document with the requested titles */
  documents: Note[];
  /** Notes by others since your last session, newest first (at most 10) */
  news: Note[];
  /**
   * Your messages that were acknowledged since then, the last first: at most 10, of your newest
   * 100
   */
  acknowledged: Acknowledgement[];
  /** Number of current notes */
  kept: number;
  /** Whether this is your first session in this workspace */
  is_first: boolean;
  /** Token for `session` in every call; shown only once */
  token: string;
  /** Session */
  session: Session;
  /** Seconds until the next heartbeat is due */
  heartbeat_s: number;
  /** Seconds it counts as active after a call */
  ttl_s: number;
  /** Live sessions that claim the same area or files */
  conflicts: ClaimOverlap[];
}

/** Parameters of message.status. */
export interface StatusMessageParameters {
  /** Id of a message, its beginning or #42 */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Maximum number of items (default 100) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string;
}

/** Parameters of server.status. */
export interface StatusServerParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
}

/** The link. */
export interface StoredLink {
  /** Id of the link: its two notes and the relation */
  id: string;
  /** Id of the first note */
  source: string;
  /** Relation of the first note to the second */
  relation: string;
  /** Id of the second note */
  target: string;
  /** Author of the link */
  author: string | null;
  /** Time */
  created_at: string;
  /** Whether the link existed before */
  duplicate: boolean;
}

/** The stored note. */
export interface StoredNote {
  /** Id (32 hex digits); sorts by time */
  id: string;
  /** Number in the workspace */
  number: number;
  /** Kind */
  kind: string;
  /** Title */
  title: string | null;
  /** Text */
  text: string;
  /** Tags */
  tags: string[];
  /** Priority (1 to 5; 5 matters most) */
  priority: number;
  /** Metadata of the author */
  metadata: Record<string, unknown>;
  /** Sender, from the key */
  author: string;
  /** Instance of the author */
  author_instance: string | null;
  /** Id of the note it supersedes; null for none */
  supersedes: string | null;
  /** Id of the note that superseded it; null for none */
  superseded_by: string | null;
  /** Id of the folder it is in; null for none */
  folder: string | null;
  /** Expiry; null for none */
  expires_at: string | null;
  /** Time of archiving; null if it is not archived */
  archived_at: string | null;
  /** Time of storage */
  created_at: string;
  /** Workspace */
  workspace: string | null;
  /** Whether it existed before */
  duplicate: boolean;
}

/** Parameters of turn.submit. */
export interface SubmitTurn {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Summary of the work; empty for none */
  summary: string;
  /** Status: completed, blocked, needs_review, or another word (default completed) */
  status?: string;
  /** Blockers (at most 50) */
  blockers?: string[];
  /** Next step */
  next?: string | null;
  /** Plan, as any JSON value */
  plan?: Record<string, unknown> | unknown[] | string | null;
  /** Name or id of the task */
  task?: string | null;
  /** Messages to send (at most 50) */
  messages?: TurnMessage[];
  /** Tasks to create, such as those of the plan (at most 50) */
  tasks?: TurnTask[];
  /** Seconds until replies to questions and handoffs are due */
  answer_within_s?: number | null;
  /**
   * Whether a message without `parent` replies to its recipient's oldest message that expects a
   * reply
   */
  answers_oldest?: boolean;
  /** Key that prevents a second copy when the call is repeated */
  idempotency_key?: string | null;
  /**
   * Whether the workspace's relaxed limits on replies of agents and identical messages apply,
   * made for clients of other systems
   */
  relaxed_limits?: boolean;
}

/** Parameters of note.supersede. */
export interface SupersedeNote {
  /** Id of a note */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Text, Markdown by convention (1 to 100,000 characters) */
  text?: string | null;
  /** Title */
  title?: string | null;
  /** Kind: memory, note, fact, decision, constraint, folder, or another word */
  kind?: string | null;
  /** Tags */
  tags?: string[] | null;
  /** Priority (1 to 5); new sessions receive notes from 4 on */
  priority?: number | null;
  /** Any JSON object (at most 16 KiB) */
  metadata?: Record<string, unknown> | null;
  /** Whether values that `metadata` does not name stay */
  keep_metadata?: boolean;
  /** Whether to use the current note in place of a superseded one */
  follow?: boolean;
}

/** One task, as every face shows it. */
export interface Task {
  /** Id (32 hex digits); sorts by time */
  id: string;
  /** Number in the workspace */
  number: number;
  /** Workspace */
  workspace: string;
  /** Title, in one line */
  title: string;
  /** Full description */
  description: string;
  /** Status */
  status: "blocked" | "cancelled" | "claimed" | "done" | "failed" | "in_progress" | "open" | "review";
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
  /** Creator */
  creator: string;
  /** Assignee; null if anyone can claim it */
  assignee: string | null;
  /** Instance of the assignee */
  assignee_instance: string | null;
  /** Project label */
  project: string | null;
  /** Mission label */
  mission: string | null;
  /** Tags */
  tags: string[];
  /** Ids of tasks that must be done first */
  depends_on: string[];
  /** Ids of those tasks that are not done */
  waits_for: string[];
  /** Condition for done */
  done_when: string | null;
  /** Due time */
  due_at: string | null;
  /** Whether it is overdue */
  is_late: boolean;
  /** Whether its assignee is offline while it is claimed or in progress */
  is_stale: boolean;
  /** Estimated minutes */
  estimated_minutes: number | null;
  /** Note on the status: cause of a block, result */
  note: string | null;
  /** Cause of the block: a task, a name, a thing */
  blocked_by: string | null;
  /** Kind of cause */
  blocked_cause: "authorisation" | "human" | "other" | "peer_task" | null;
  /** Id of the message it came from */
  parent: string | null;
  /** Id of the last message about it */
  message: string | null;
  /** Metadata of the creator */
  metadata: Record<string, unknown>;
  /** Creation time */
  created_at: string;
  /** Time of the last change */
  updated_at: string;
  /** Time of the claim */
  claimed_at: string | null;
  /** Start of the work */
  started_at: string | null;
  /** Time at which it was done, failed or cancelled */
  finished_at: string | null;
}

/** A task in progress, in short. */
export interface TaskInProgress {
  /** Id of the task */
  id: string;
  /** Title, in one line */
  title: string;
  /** Milliseconds since the work began */
  age_ms: number;
}

/** A page of tasks. */
export interface TaskPage {
  /** Tasks, in the requested order */
  tasks: Task[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
  /** Cursor after each task, in order; empty if not requested */
  cursors: string[];
}

/** Tasks in progress, newest first (at most 20 of each kind, counted up to 200). */
export interface TasksInProgress {
  /** Your tasks */
  mine: TaskInProgress[];
  /** Number of your tasks */
  mine_count: number;
  /** Tasks you created that others work on */
  for_me: TaskInProgress[];
  /** Number of those tasks */
  for_me_count: number;
}

/** Parameters of webhook_out.test. */
export interface TestOutgoingWebhook {
  /** Id of the webhook, from webhook_out.list */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Seconds to wait for the result (0 to 50) */
  wait_s?: number;
}

/** How a test ended. */
export interface TestResult {
  /** Id of the webhook */
  id: string;
  /** Id of the test delivery */
  delivery: string;
  /** State: waiting, delivered or failed */
  state: "delivered" | "failed" | "waiting";
  /** HTTP status of the response */
  status: number | null;
  /** Error; null if it was accepted */
  error: string | null;
}

/** A page of one conversation, oldest first. */
export interface Thread {
  /** Id of the first message */
  thread: string;
  /** Items, oldest first */
  messages: Message[];
  /** Pause that a person set; null for none */
  paused: PauseState | null;
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** A page of conversations, by newest message. */
export interface ThreadPage {
  /** Items, newest first */
  threads: ThreadSummary[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/**
 * One conversation: first and newest message and participants, as far as the caller may see.
 */
export interface ThreadSummary {
  /** Id of the first message */
  thread: string;
  /** First message; body cut to 240 characters */
  first: Message;
  /** Newest message; body cut to 240 characters */
  last: Message;
  /** Number of messages */
  messages: number;
  /** Participants, in order of their first message */
  people: Person[];
  /** Pause that a person set; null for none */
  paused: PauseState | null;
}

/** Parameters of note.tidy. */
export interface TidyNotes {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Kind whose notes are archived when they are old (default episodic) */
  kind?: string;
  /** Age in days of a note of that kind (default 30) */
  kind_days?: number;
  /** Highest priority of an unimportant note (default 1) */
  max_priority?: number;
  /** Age in days of an unimportant note (default 14) */
  days?: number;
  /** Whether to return what would be archived, and archive nothing */
  only_look?: boolean;
}

/** The notes that were archived, or would be. */
export interface TidyResult {
  /** Ids of old notes of the kind */
  old: string[];
  /** Ids of old unimportant notes */
  unimportant: string[];
  /** Number of notes that were archived */
  archived: number;
  /** Whether the same call would find more */
  has_more: boolean;
}

/** A page of the transcript. */
export interface Transcript {
  /** Messages, oldest first */
  rows: TranscriptRow[];
  /** Whether there are more now */
  more: boolean;
}

/** Parameters of message.transcript. */
export interface TranscriptMessageParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
  /** Number of the message after which to begin */
  after?: number;
  /** Maximum number of messages to list (1 to 1,000) (default 1000) */
  limit?: number;
}

/** One sealed message: number in the workspace, sender, its number among the sender's, hash. */
export type TranscriptRow = [number, string, number, string];

/** The stored turn and its messages. */
export interface Turn {
  /** Id of the note of this turn */
  id: string;
  /** Agent */
  agent: string;
  /** Status */
  status: string;
  /** Task */
  task: string | null;
  /** Time of storage */
  created_at: string;
  /** Whether this key was used before */
  duplicate: boolean;
  /** Sent messages, in order */
  messages: Message[];
  /** Created tasks, in order */
  tasks: Task[];
}

/** A message that a turn sends. */
export interface TurnMessage {
  /** Recipients, as in message.send */
  to: string | string[];
  /** Text */
  body: string;
  /** Subject (at most 200 characters) */
  subject?: string | null;
  /**
   * Word such as question, handoff, review_request, blocked, context_share, inform, request,
   * alert, error, status or answer (default inform)
   */
  intent?: string;
  /** Files, diffs, tasks and messages the reader needs (at most 50) */
  refs?: Reference[];
  /** Id of the message this replies to */
  parent?: string | null;
}

/** A task of a plan. */
export interface TurnTask {
  /** Name of the task within the plan */
  key: string;
  /** Title, in one line */
  title: string;
  /** Full description */
  description?: string;
  /** Assignee, as name or name/instance (default: anyone can claim it) */
  to?: string | null;
  /** Priority (1 to 5; 5 is most urgent) (default 3) */
  priority?: number;
  /** Keys of tasks of the plan that must be done first */
  depends_on?: string[];
  /** Any JSON object (at most 16 KiB) */
  metadata?: Record<string, unknown>;
}

/** Parameters of note.unlink. */
export interface UnlinkNotes {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Id of a link, as note.get returns it */
  id: string;
}

/** The mutes that ended. */
export interface UnmuteResult {
  /** Mutes that ended */
  ended: MuteState[];
}

/** Parameters of task.update. */
export interface UpdateTask {
  /** Id or number of a task */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /**
   * Whether to act as the assignee when the call names nobody and the key may speak as the
   * assignee
   */
  as_assignee?: boolean;
  /** New status; open reopens a finished task */
  status?: "blocked" | "cancelled" | "claimed" | "done" | "failed" | "in_progress" | "open" | "review" | null;
  /** Note on the status: cause of a block or failure, result */
  note?: string | null;
  /** Cause of the block: a task, a name, a thing */
  blocked_by?: string | null;
  /** Kind of cause */
  blocked_cause?: "authorisation" | "human" | "other" | "peer_task" | null;
  /** Title, in one line */
  title?: string | null;
  /** Full description */
  description?: string | null;
  /** Assignee, as name or name/instance (default: anyone can claim it) */
  to?: string | null;
  /** Instance of the assignee */
  to_instance?: string | null;
  /** Priority (1 to 5; 5 is most urgent) */
  priority?: number | null;
  /** Project label */
  project?: string | null;
  /** Mission label */
  mission?: string | null;
  /** Tags */
  tags?: string[] | null;
  /** Tasks that must be done first; replaces the current list */
  depends_on?: string[] | null;
  /** Condition for done */
  done_when?: string | null;
  /** Due time: RFC 3339, or 2h, tomorrow 9:00 */
  due_at?: string | null;
  /** Estimated minutes */
  estimated_minutes?: number | null;
  /** Whether to refuse a task that is assigned to another agent */
  only_own?: boolean;
  /** Metadata; replaces the current object (at most 16 KiB) */
  metadata?: Record<string, unknown> | null;
  /** Whether values that `metadata` does not name stay */
  keep_metadata?: boolean;
  /**
   * Whether only the creator may make this change; the call acts as the creator when it names
   * nobody and the key may speak as the creator
   */
  as_creator?: boolean;
}

/** An unread message of priority 5. */
export interface UrgentMessage {
  /** Id of the message */
  id: string;
  /** Number in the workspace */
  seq: number;
  /** Sender */
  sender: string;
}

/** Parameters of inbox.wait. */
export interface WaitForMessages {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Maximum number of items (default 50) */
  limit?: number;
  /** Cursor from the previous page */
  cursor?: string | null;
  /** Mark to set on the returned messages, in the same transaction (default none) */
  mark?: "delivered" | "none" | "read";
  /** Whether to return the highest priority first (of the oldest 1,000) */
  urgent_first?: boolean;
  /** Whether to return the newest messages instead of the oldest, still in order of time */
  newest?: boolean;
  /** Maximum bytes of body text to return; no message is split (default 40000) */
  max_body_bytes?: number;
  /** Delivery evidence, such as the channel; stored with the mark */
  evidence?: string | null;
  /** Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00 */
  since?: string | null;
  /** Metadata values to filter by; {} for no filter */
  metadata?: Record<string, unknown>;
  /**
   * State to filter by; pending: not delivered yet; delivered: not acknowledged yet (default
   * unread)
   */
  state?: "acknowledged" | "delivered" | "pending" | "unread";
  /** Intent to filter by */
  intent?: string | null;
  /** Whether to leave out broadcasts */
  direct_only?: boolean;
  /** Whether to include the tasks in progress: yours, and those others work on for you */
  with_tasks?: boolean;
  /** Seconds to wait for a message (0 to 50) (default 30) */
  wait_s?: number;
}

/** A request to become a member. */
export interface WaitingRequest {
  /** Agent whose key sent it */
  agent: string;
  /** Id of the new member */
  member: string;
  /** Request, base64 */
  request: string;
  /** Time of the request */
  created_at: string;
}

/** Requests that wait for an admin. */
export interface WaitingRequests {
  /** Requests, oldest first */
  requests: WaitingRequest[];
}

/** Parameters of program.wake. */
export interface WakeProgram {
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Agent program */
  program: string;
  /** Id of the session in the program; left out, that of the caller's instance */
  program_session?: string | null;
  /** Tested way to wake the program now; null for none */
  way?: string | null;
  /** Whether the wake takes the messages to the model itself */
  carries_text?: boolean;
}

/** The messages to wake a program for now. */
export interface WakeResult {
  /** Session to wake; null while none has reported */
  program_session: string | null;
  /** Ids of the messages to wake it for; empty for none */
  ids: string[];
  /** Senders of these messages, at most 5 */
  senders: string[];
  /** Number of these messages with priority 5 */
  urgent: number;
  /** The messages to carry, with `carries_text` */
  messages: InboxMessage[];
  /** Id for program.shown once they are shown; null for none */
  offer: string | null;
  /** Number of messages that wait for this session */
  unread: number;
  /** Seconds after which to ask again */
  look_again_s: number;
}

/** A webhook without its secret. */
export interface Webhook {
  /** Id (32 hex digits) */
  id: string;
  /** Subject; a template for a webhook */
  subject: string | null;
  /** Text; a template for a webhook */
  body: string;
  /** Intent */
  intent: string;
  /** Priority (1 to 5; 5 is most urgent) */
  priority: number;
  /** Creator */
  created_by: string;
  /** Creation time */
  created_at: string;
  /** Path on this server for the other system's requests */
  path: string;
  /** Signature form */
  form: string;
  /** Recipients */
  to: string;
  /** Number of deliveries that became messages */
  received: number;
  /** Time of the newest delivery */
  received_at: string | null;
}

/** Webhooks of the workspace. */
export interface WebhookList {
  /** Items, oldest first */
  webhooks: Webhook[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** The message that a delivery became. */
export interface WebhookResult {
  /** Id of the message */
  id: string;
  /** Number in the workspace */
  seq: number;
  /** Whether this delivery was stored before */
  duplicate: boolean;
  /** Template paths without a value */
  missing: string[];
}

/** Parameters of agent.whoami. */
export interface WhoamiAgentParameters {
  /** Workspace (default: the key's workspace) */
  workspace?: string;
  /** Your name (default: the key's name) */
  agent?: string;
  /** Your instance name */
  instance?: string;
  /** Token of your session; replaces agent and instance */
  session?: string;
}

/** Parameters of message.withdraw. */
export interface WithdrawMessage {
  /** Id of a message, its beginning or #42 */
  id: string;
  /** Workspace (default: the key's workspace) */
  workspace?: string | null;
  /** Your name (default: the key's name) */
  agent?: string | null;
  /** Your instance name */
  instance?: string | null;
  /** Token of your session; replaces agent and instance */
  session?: string | null;
  /** Whether to act as the sender, for a key without a name */
  as_sender?: boolean;
}

/** Number of mailboxes it left, and number that keep it. */
export interface WithdrawalResult {
  /** Id of the message */
  id: string;
  /** Number of recipients whose mailbox it left */
  withdrawn: number;
  /** Number of recipients who had read or archived it, or from whom it was withdrawn before */
  kept: number;
}

/** One workspace, as its members see it. */
export interface Workspace {
  /** Name */
  name: string;
  /** Mode; open: members read every message; private: sender, recipients and operators only */
  mode: string;
  /** Number of agents and people */
  agents: number;
  /** Settings that differ from the defaults */
  settings: Record<string, unknown>;
  /** Creation time */
  created_at: string;
  /** Whether only its members can read the text; left out otherwise */
  sealed?: boolean;
}

/** Rates, delays and waiting messages. */
export interface WorkspaceHealth {
  /** Start of the period */
  since: string;
  /** Time from which the numbers are complete; at most 20,000 messages are counted */
  complete_since: string;
  /** Number of messages */
  messages: number;
  /** Length of a step in seconds */
  step_s: number;
  /** Steps, oldest first; empty steps are left out */
  steps: HealthStep[];
  /** Time from sent to delivered, for the period */
  picked_up: Delay | null;
  /** Time from sent to acknowledged, for the period */
  acknowledged: Delay | null;
  /** Agents, by last call (at most 200) */
  agents: MailboxHealth[];
  /** Number of agents that are not listed */
  left_out: number;
  /** Number of events that the search index is behind */
  behind: number;
  /** Number of deliveries to outgoing webhooks that failed at every attempt */
  undelivered: number;
}

/** Workspaces that the key covers. */
export interface WorkspaceList {
  /** Workspaces, by name */
  workspaces: Workspace[];
  /** Cursor for the next page; null on the last page */
  cursor: string | null;
}

/** Agents, current tasks and recently finished tasks. */
export interface WorkspaceOverview {
  /** Workspace */
  workspace: string;
  /** Time of this status */
  at: string;
  /** Newest note of kind `location`, about the person in charge */
  location: Note | null;
  /** Agents and people, with their instances (at most 1,000) */
  agents: AgentInstance[];
  /** Claimed tasks and tasks in progress (at most 50) */
  active: Task[];
  /** Tasks in review (at most 50) */
  review: Task[];
  /** Blocked tasks (at most 50) */
  blocked: Task[];
  /** Tasks finished last (at most 10) */
  done: Task[];
}

/** The message key, encrypted for one reader. */
export interface Wrap {
  /** Id of a member (64 hex digits) */
  member: string;
  /** Encrypted message key, base64 */
  wrap: string;
}

export class AgentOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Report that you are online and what you work on.
   *
   * Returns your unread count and the agents that claim the same work. With `auto_instance` the
   * server chooses an instance, in `me`. An abandoned instance is reused, and starts with the
   * messages that no instance has read. `copies` lists your other online instances. With
   * `name_form` the server generates an unused name and returns it in `me`.
   */
  checkIn(params: CheckInAgent = {}, options?: CallOptions): Promise<CheckInResult> {
    return this.transport.call("agent.check_in", params, "once", options);
  }

  /** Report that you go offline; messages wait for you. */
  checkOut(params: CheckOutAgent = {}, options?: CallOptions): Promise<CheckOutResult> {
    return this.transport.call("agent.check_out", params, "once", options);
  }

  /**
   * Withdraw all messages that wait for an unknown name.
   *
   * The messages stay in the history.
   *
   * For people and operators. A later message to the name waits again.
   */
  dismiss(params: DismissAgent, options?: CallOptions): Promise<DismissalResult> {
    return this.transport.call("agent.dismiss", params, "once", options);
  }

  /** Report that you are still online; any other call does so too. */
  heartbeat(params: SendHeartbeat = {}, options?: CallOptions): Promise<HeartbeatResult> {
    return this.transport.call("agent.heartbeat", params, "once", options);
  }

  /** List agents and people with their presence, and unknown recipients. */
  list(params: ListAgentParameters = {}, options?: CallOptions): Promise<AgentList> {
    return this.transport.call("agent.list", params, "read", options);
  }

  /**
   * Set when an agent program shows messages that are not urgent.
   *
   * Without an instance the rules hold for all instances of the agent. Messages wait in the
   * mailbox meanwhile, and senders see the rule in `reach`. Urgent messages are shown at once.
   */
  quiet(params: SetQuietRules = {}, options?: CallOptions): Promise<QuietRules> {
    return this.transport.call("agent.quiet", params, "once", options);
  }

  /**
   * Change a registered name's kind to agent or human.
   *
   * Earlier messages keep the kind they were sent with. Keys do not change: an agent's key
   * cannot speak as a person, so create a new key for the person.
   */
  setKind(params: SetAgentKind, options?: CallOptions): Promise<AgentKind> {
    return this.transport.call("agent.set_kind", params, "once", options);
  }

  /** Return your identity: workspace, name, role and rights of your key. */
  whoami(params: WhoamiAgentParameters = {}, options?: CallOptions): Promise<Identity> {
    return this.transport.call("agent.whoami", params, "read", options);
  }
}

export class MessageOperations {
  constructor(private readonly transport: Transport) {}

  /** Return one message without marking it. */
  get(params: GetMessageParameters, options?: CallOptions): Promise<Message> {
    return this.transport.call("message.get", params, "read", options);
  }

  /**
   * Withdraw a message from recipients who have not read it.
   *
   * It moves from their mailboxes to their archives and stays in the history. Recipients who
   * have read it keep it. Repeating the call changes nothing.
   */
  withdraw(params: WithdrawMessage, options?: CallOptions): Promise<WithdrawalResult> {
    return this.transport.call("message.withdraw", params, "once", options);
  }

  /**
   * Send a message; it is on disk before the call returns.
   *
   * The result contains the expected delivery to each recipient: how and how soon it sees the
   * message, as far as the server knows. A message to an unknown name waits until an agent with
   * that name connects. A reply marks its parent acknowledged for the sender of the reply. The
   * same idempotency key with the same content returns the first message.
   */
  send(params: SendMessage, options?: CallOptions): Promise<SentMessage> {
    return this.transport.call("message.send", params, "keyed", options);
  }

  /**
   * Return the workspace's messages, newest first without marking anything.
   *
   * `ids` selects messages directly; those that do not exist or that you may not see are left
   * out.
   */
  history(params: HistoryMessageParameters = {}, options?: CallOptions): Promise<MessagePage> {
    return this.transport.call("message.history", params, "read", options);
  }

  /**
   * Send a question and wait up to `wait_s` seconds for a reply.
   *
   * Returns early when all recipients go offline. The question stays sent for any outcome; to
   * continue to wait, call again with the same idempotency key. The reply is an ordinary
   * message: mark it when you have read it.
   */
  ask(params: AskQuestion, options?: CallOptions): Promise<AskedQuestion> {
    return this.transport.call("message.ask", params, "keyed", options);
  }

  /** Search subjects and bodies, newest first without marking anything. */
  search(params: SearchMessageParameters, options?: CallOptions): Promise<MessageSearchPage> {
    return this.transport.call("message.search", params, "read", options);
  }

  /** Return who would receive a message, and how soon, without sending it. */
  preview(params: PreviewMessage, options?: CallOptions): Promise<DeliveryPreview> {
    return this.transport.call("message.preview", params, "once", options);
  }

  /**
   * Send up to 500 messages in one call, each with a separate outcome.
   *
   * Messages are stored in the order of the list.
   */
  sendMany(params: SendMessages, options?: CallOptions): Promise<SentMessages> {
    return this.transport.call("message.send_many", params, "once", options);
  }

  /**
   * Return the receipts of one message: who received and read it.
   *
   * `is_late` is true when a reply is overdue.
   */
  status(params: StatusMessageParameters, options?: CallOptions): Promise<MessageStatus> {
    return this.transport.call("message.status", params, "read", options);
  }

  /**
   * List all sealed messages of the workspace by hash, oldest first.
   *
   * Every member sees the same list, in a private workspace too, and withdrawn and expired
   * messages stay in it. Members compare it: each message names the part that its sender has
   * seen.
   */
  transcript(params: TranscriptMessageParameters = {}, options?: CallOptions): Promise<Transcript> {
    return this.transport.call("message.transcript", params, "read", options);
  }
}

export class EventOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Return events after a cursor, oldest first; can wait for new ones.
   *
   * With `wait_s` it waits when there are none. A client that keeps its cursor never misses an
   * event; one cursor is valid for all filters. A page may be empty although `has_more` is
   * true: call again.
   */
  feed(params: FeedEventParameters = {}, options?: CallOptions): Promise<EventPage> {
    return this.transport.call("event.feed", params, "read", options);
  }

  /** List events, newest first: ids and kinds, never a body. */
  list(params: ListEventParameters = {}, options?: CallOptions): Promise<ActivityPage> {
    return this.transport.call("event.list", params, "read", options);
  }

  /**
   * Return the event log with complete messages, oldest first.
   *
   * For archives and replays; marks nothing. A message that expects a reply opens a contract,
   * which the first reply resolves; both have separate lines.
   */
  log(params: LogEventParameters = {}, options?: CallOptions): Promise<LogPage> {
    return this.transport.call("event.log", params, "read", options);
  }
}

export class MailboxOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * List the messages of one mailbox, newest first without marking anything.
   *
   * Each has its read and archived flags. The mailbox of an unregistered name is empty; listing
   * it does not register the name.
   */
  list(params: ListMailboxParameters = {}, options?: CallOptions): Promise<Mailbox> {
    return this.transport.call("mailbox.list", params, "read", options);
  }
}

export class InboxOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Return the caller's unread messages, oldest first.
   *
   * Returns at most `limit` messages and `max_body_bytes` of body text, without splitting a
   * message. Unread messages come back on every check until they are marked; `cursor` only
   * pages through one look. `since`, `metadata`, `intent`, `direct_only` and `state` filter the
   * messages, not the counts. The states `delivered` and `acknowledged` search the newest 1,000
   * messages.
   */
  check(params: CheckInbox = {}, options?: CallOptions): Promise<InboxPage> {
    return this.transport.call("inbox.check", params, "once", options);
  }

  /**
   * Wait up to `wait_s` seconds for unread messages.
   *
   * Returns at once when there are some. Everything else is as in inbox.check. An empty result
   * is not an error: call again.
   */
  wait(params: WaitForMessages = {}, options?: CallOptions): Promise<InboxPage> {
    return this.transport.call("inbox.wait", params, "once", options);
  }
}

export class KeyOperations {
  constructor(private readonly transport: Transport) {}

  /** Create a key for one agent or person; it is shown only once. */
  create(params: CreateKey = {}, options?: CallOptions): Promise<NewKey> {
    return this.transport.call("key.create", params, "once", options);
  }

  /**
   * List the workspace's keys, without their secrets.
   *
   * A key that covers all workspaces also lists the keys that do, such as the operator's.
   */
  list(params: ListKeyParameters = {}, options?: CallOptions): Promise<KeyList> {
    return this.transport.call("key.list", params, "read", options);
  }

  /**
   * Revoke a key and return the workspace's keys.
   *
   * Open sockets and waits that use it end within a second.
   */
  revoke(params: RevokeKey, options?: CallOptions): Promise<KeyList> {
    return this.transport.call("key.revoke", params, "once", options);
  }

  /**
   * Replace a key with a new one that has the same rights.
   *
   * The new key is shown only once; the old one ends after `grace_s`. An operator's new key is
   * also written to `operator.key` on the server's machine.
   */
  rotate(params: RotateKey, options?: CallOptions): Promise<RotatedKey> {
    return this.transport.call("key.rotate", params, "once", options);
  }
}

export class InviteOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Create an invitation for a second machine.
   *
   * It works once, within 24 hours; with a `challenge` within ten minutes.
   */
  create(params: CreateInvite, options?: CallOptions): Promise<Invitation> {
    return this.transport.call("invite.create", params, "once", options);
  }

  /**
   * Create the key of an agent from an invitation.
   *
   * The invitation is the key of this call. The new key is valid for 90 days.
   */
  redeem(params: RedeemInvite = {}, options?: CallOptions): Promise<NewKey> {
    return this.transport.call("invite.redeem", params, "once", options);
  }
}

export class LoginOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Create a one-time link that signs a person in to the dashboard.
   *
   * It is valid for ten minutes. People create links for themselves, admins for any person.
   */
  link(params: CreateSignInLink = {}, options?: CallOptions): Promise<SignInLink> {
    return this.transport.call("login.link", params, "once", options);
  }

  /**
   * Redeem a one-time link for a key that is valid for seven days.
   *
   * The link is the key of this call.
   */
  redeem(params: RedeemSignInLink = {}, options?: CallOptions): Promise<NewKey> {
    return this.transport.call("login.redeem", params, "once", options);
  }

  /** Sign out: end the key of this call if it came from a link. */
  end(params: EndSignIn = {}, options?: CallOptions): Promise<SignOutResult> {
    return this.transport.call("login.end", params, "once", options);
  }
}

export class MuteOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Hide an agent, a thread or a message under "Needs you".
   *
   * An agent and a thread stay hidden until `mute.end`, or until a time; a message needs the
   * time. Inboxes and other people do not change, and urgent messages are shown anyway, except
   * a message that is hidden itself. Muting again replaces the time.
   */
  start(params: StartMute, options?: CallOptions): Promise<MuteState> {
    return this.transport.call("mute.start", params, "once", options);
  }

  /** Show a hidden agent, thread or message under "Needs you" again. */
  end(params: EndMute, options?: CallOptions): Promise<UnmuteResult> {
    return this.transport.call("mute.end", params, "once", options);
  }
}

export class TaskOperations {
  constructor(private readonly transport: Transport) {}

  /** Return one task. */
  get(params: GetTaskParameters, options?: CallOptions): Promise<Task> {
    return this.transport.call("task.get", params, "read", options);
  }

  /**
   * Update a task: change its status or edit its fields.
   *
   * Starting an unassigned task assigns it to you. Finishing a task sends a message of type
   * system to the creator, and to the assignee if another agent finished it. The same status
   * again changes nothing.
   */
  update(params: UpdateTask, options?: CallOptions): Promise<Task> {
    return this.transport.call("task.update", params, "once", options);
  }

  /** List tasks, newest or most urgent first; by default unfinished ones. */
  list(params: ListTaskParameters = {}, options?: CallOptions): Promise<TaskPage> {
    return this.transport.call("task.list", params, "read", options);
  }

  /**
   * Create a task; its assignee gets a task_assignment message.
   *
   * Without `to` anyone can claim it. The same idempotency key with the same content returns
   * the first task.
   */
  create(params: CreateTask, options?: CallOptions): Promise<CreatedTask> {
    return this.transport.call("task.create", params, "keyed", options);
  }

  /** Search titles, descriptions, tags and notes of tasks, newest first. */
  search(params: SearchTaskParameters, options?: CallOptions): Promise<TaskPage> {
    return this.transport.call("task.search", params, "read", options);
  }

  /**
   * Assign a task to an agent or person, or to nobody.
   *
   * The new and the previous assignee get a message each.
   *
   * A claimed or started task becomes open again, for the new assignee to claim. The same
   * assignee again changes nothing.
   */
  assign(params: AssignTask, options?: CallOptions): Promise<Task> {
    return this.transport.call("task.assign", params, "once", options);
  }

  /**
   * Claim a task; exactly one of several claimants gets it.
   *
   * The result names the winner. Claiming a task that you have changes nothing and is no error.
   * Without `id` it claims the most urgent open task that waits for nothing and is assigned to
   * you or nobody.
   */
  claim(params: ClaimTask = {}, options?: CallOptions): Promise<ClaimedTask> {
    return this.transport.call("task.claim", params, "once", options);
  }

  /**
   * Create the tasks of a plan, all or none.
   *
   * Each gets the id of the plan in its metadata, and its assignee a task_assignment message.
   */
  createMany(params: CreateTasks, options?: CallOptions): Promise<CreatedTasks> {
    return this.transport.call("task.create_many", params, "once", options);
  }

  /** Change which tasks a task depends on; cycles are refused. */
  depend(params: ChangeTaskDependencies, options?: CallOptions): Promise<Task> {
    return this.transport.call("task.depend", params, "once", options);
  }

  /**
   * Finish all unfinished tasks that match the filters.
   *
   * Each is finished as by task.update. `only_look` lists the tasks without a change.
   */
  finishMany(params: FinishTasks = {}, options?: CallOptions): Promise<FinishedTasks> {
    return this.transport.call("task.finish_many", params, "once", options);
  }
}

export class NoteOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Add a note for everybody in the workspace.
   *
   * A note is never edited; note.supersede replaces it. With `task` it gets the tag
   * task:NUMBER.
   */
  add(params: AddNote, options?: CallOptions): Promise<StoredNote> {
    return this.transport.call("note.add", params, "once", options);
  }

  /**
   * List current notes, newest first.
   *
   * `include_superseded` adds superseded, archived and expired ones.
   */
  list(params: ListNoteParameters = {}, options?: CallOptions): Promise<NotePage> {
    return this.transport.call("note.list", params, "read", options);
  }

  /** Supersede a note with a new one; the old one stays readable. */
  supersede(params: SupersedeNote, options?: CallOptions): Promise<StoredNote> {
    return this.transport.call("note.supersede", params, "once", options);
  }

  /**
   * Append text to the newest note of a kind and title, or begin that note.
   *
   * The result supersedes the note. `priority` applies to a note that it begins.
   */
  append(params: AppendNote, options?: CallOptions): Promise<StoredNote> {
    return this.transport.call("note.append", params, "once", options);
  }

  /**
   * Move a note into a folder, or out of its folder.
   *
   * Only the author and admins can move it. A folder can be in another, but not in itself.
   */
  move(params: MoveNote, options?: CallOptions): Promise<Note> {
    return this.transport.call("note.move", params, "once", options);
  }

  /**
   * Archive a note, or bring it back.
   *
   * Lists, searches and new sessions leave an archived note out; its id still finds it. Only
   * the author and admins can archive it. Twice changes nothing.
   */
  archive(params: ArchiveNote, options?: CallOptions): Promise<Note> {
    return this.transport.call("note.archive", params, "once", options);
  }

  /**
   * Remove a note permanently, with all its versions and links.
   *
   * Only the author of its first version and admins can. A folder must be empty. The log keeps
   * that it was removed, and nothing of its text.
   */
  remove(params: RemoveNote, options?: CallOptions): Promise<RemovedNote> {
    return this.transport.call("note.remove", params, "once", options);
  }

  /**
   * Return one note with its links and linked notes.
   *
   * With `follow` its links include those of all its versions, and lead to current notes.
   */
  get(params: GetNoteParameters, options?: CallOptions): Promise<NoteWithLinks> {
    return this.transport.call("note.get", params, "read", options);
  }

  /**
   * Archive your old notes of a kind, and your old unimportant ones.
   *
   * At most 200 in one call, oldest first. An admin archives those of every author. Folders and
   * documents stay.
   */
  tidy(params: TidyNotes = {}, options?: CallOptions): Promise<TidyResult> {
    return this.transport.call("note.tidy", params, "once", options);
  }

  /** Search titles, texts and tags of notes by words, newest first. */
  search(params: SearchNoteParameters, options?: CallOptions): Promise<NotePage> {
    return this.transport.call("note.search", params, "read", options);
  }

  /** Link one note to another by a relation; twice changes nothing. */
  link(params: LinkNotes, options?: CallOptions): Promise<StoredLink> {
    return this.transport.call("note.link", params, "once", options);
  }

  /**
   * Remove a link between two notes.
   *
   * Only the author of the link and admins can. The notes stay.
   */
  unlink(params: UnlinkNotes, options?: CallOptions): Promise<RemovedLink> {
    return this.transport.call("note.unlink", params, "once", options);
  }

  /**
   * Follow the links from one note, or from those with the words of a query.
   *
   * Superseded notes appear as their current versions. A query begins from the five newest
   * notes with any of its words.
   */
  explore(params: ExploreNote = {}, options?: CallOptions): Promise<NoteGraph> {
    return this.transport.call("note.explore", params, "once", options);
  }
}

export class PauseOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Pause a thread or an agent: agents can send nothing there.
   *
   * The server rejects messages of agents into the thread, or from and to the agent, until a
   * person ends the pause. People can still write. Pausing again changes nothing.
   */
  start(params: StartPause, options?: CallOptions): Promise<PauseResult> {
    return this.transport.call("pause.start", params, "once", options);
  }

  /** Resume a paused thread or agent. */
  end(params: EndPause, options?: CallOptions): Promise<ResumeResult> {
    return this.transport.call("pause.end", params, "once", options);
  }
}

export class SessionOperations {
  constructor(private readonly transport: Transport) {}

  /** Return sessions that work on an area or files; claims nothing. */
  conflicts(params: FindConflicts = {}, options?: CallOptions): Promise<ClaimConflicts> {
    return this.transport.call("session.conflicts", params, "once", options);
  }

  /** List sessions, newest first, with their claims and outcomes. */
  list(params: ListSessionParameters = {}, options?: CallOptions): Promise<SessionPage> {
    return this.transport.call("session.list", params, "read", options);
  }

  /**
   * Start a session: claim your work and get a token.
   *
   * The token identifies you in every call, and each call with it keeps the session active. A
   * session without a call for `ttl_s` seconds is `timed_out` until its next call. `conflicts`
   * lists live sessions with the same area or files; with `on_conflict` block the start is
   * refused and nothing is stored. A caller without a name gets one.
   */
  start(params: StartSession = {}, options?: CallOptions): Promise<StartedSession> {
    return this.transport.call("session.start", params, "once", options);
  }

  /**
   * Return what session.start would return, for agents without a session.
   *
   * The context is null if you have a session or were active within the last hour; so a second
   * call in a row returns null. Marks nothing.
   */
  context(params: ContextSessionParameters = {}, options?: CallOptions): Promise<SessionOpening> {
    return this.transport.call("session.context", params, "read", options);
  }

  /**
   * Report progress, add notes, and get up to five unread messages.
   *
   * It keeps the session active. Without a token it applies to your newest session; without a
   * session it only returns messages.
   */
  checkpoint(params: CheckpointSession = {}, options?: CallOptions): Promise<CheckpointResult> {
    return this.transport.call("session.checkpoint", params, "once", options);
  }

  /**
   * End a session: its token and claims end, and you go offline.
   *
   * Without a token it ends your newest session. You stay online if another session of yours is
   * active.
   */
  end(params: EndSession = {}, options?: CallOptions): Promise<EndedSession> {
    return this.transport.call("session.end", params, "once", options);
  }
}

export class ProgramOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Mark the messages of a report as shown to the model.
   *
   * Marks them delivered, with the program, its session and the event as evidence. An offer
   * that was confirmed before, or that a later report replaced, marks nothing.
   */
  shown(params: ReportShownMessages, options?: CallOptions): Promise<ShownResult> {
    return this.transport.call("program.shown", params, "once", options);
  }

  /**
   * Report an event of an agent program and get the messages to show.
   *
   * A session start returns up to five unread messages, a prompt and the end of a turn those
   * that this instance has not received yet, a tool call only urgent ones. After a compaction,
   * messages that are not acknowledged come once more; so do messages whose reply is half over
   * or overdue, once each time. The operation marks nothing: the messages come again until
   * program.shown confirms them. From `delegating` to `has_returned`, tool calls return
   * nothing: they may be those of a sub-agent, whose context is not the session's.
   *
   * The operation compares `files` with the claims of others, and reports each collision once
   * to both sides. With `with_notes` it returns up to five notes too.
   */
  report(params: ReportProgramEvent, options?: CallOptions): Promise<ProgramReport> {
    return this.transport.call("program.report", params, "once", options);
  }

  /**
   * Return the messages to wake an agent program for now.
   *
   * For the bridge of a session: it asks when a message has come and after `look_again_s`, and
   * then signals the program. Only messages that are unread and not shown to its model yet
   * count; the attention rules of the receiver hold, and a turn that runs is not interrupted.
   * The same messages come again after growing gaps, five times at most, until the program has
   * shown them. Senders see `way` in `reach`.
   */
  wake(params: WakeProgram, options?: CallOptions): Promise<WakeResult> {
    return this.transport.call("program.wake", params, "once", options);
  }

  /**
   * Record that a running program was signalled about messages.
   *
   * Marks nothing: the evidence `signalled` means that a notice went out by this way, not that
   * a model was shown anything.
   */
  signalled(params: ReportSignal, options?: CallOptions): Promise<SignalResult> {
    return this.transport.call("program.signalled", params, "once", options);
  }
}

export class ReceiptOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Mark messages as read, acknowledged or archived, or undo it.
   *
   * Marks are delivered, read, unread, acknowledged, archived and unarchived; `ids` holds
   * message or receipt ids. The first time counts: marking again changes nothing and is no
   * error. Acknowledged implies read, read implies delivered. An instance marks for that
   * instance only; a caller without an instance marks for all instances or, with the receipt id
   * of one instance, for that one. Ids that are not in the caller's mailbox come back in
   * `not_found`; with `as_recipient` so do receipts of names that the key may not speak as.
   */
  mark(params: MarkMessages, options?: CallOptions): Promise<MarkResult> {
    return this.transport.call("receipt.mark", params, "once", options);
  }
}

export class ReviewOperations {
  constructor(private readonly transport: Transport) {}

  /** Open a review of a diff: a message to the reviewers. */
  open(params: OpenReview, options?: CallOptions): Promise<Review> {
    return this.transport.call("review.open", params, "once", options);
  }

  /** List reviews, newest first. */
  list(params: ListReviewParameters = {}, options?: CallOptions): Promise<ReviewPage> {
    return this.transport.call("review.list", params, "read", options);
  }

  /**
   * Add a comment to a review, on a file or a line; opens it again.
   *
   * Everyone who takes part gets the comment as a message.
   */
  comment(params: AddReviewComment, options?: CallOptions): Promise<Review> {
    return this.transport.call("review.comment", params, "once", options);
  }

  /**
   * Mark a review as resolved, with an outcome.
   *
   * Everyone who takes part gets the resolution as a message.
   */
  resolve(params: ResolveReview, options?: CallOptions): Promise<Review> {
    return this.transport.call("review.resolve", params, "once", options);
  }

  /** Return a review with its comments. */
  get(params: GetReviewParameters, options?: CallOptions): Promise<Review> {
    return this.transport.call("review.get", params, "read", options);
  }
}

export class RosterOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Append a record to the roster of a sealed workspace.
   *
   * The record names the hash of the newest one and is signed by a member that is an admin. The
   * first record founds the roster; it needs a key that administers the workspace. The roster
   * never changes otherwise, and the same record again is no error.
   */
  append(params: AppendRoster, options?: CallOptions): Promise<AppendResult> {
    return this.transport.call("roster.append", params, "once", options);
  }

  /**
   * Return the records of a sealed workspace's roster.
   *
   * Clients check each signature themselves, from the first record on. In a workspace that is
   * not sealed there are none.
   */
  get(params: GetRosterParameters = {}, options?: CallOptions): Promise<RosterRecords> {
    return this.transport.call("roster.get", params, "read", options);
  }

  /**
   * Submit a request to become a member of a sealed workspace.
   *
   * An admin answers it. The request waits for 24 hours; another one of the same agent replaces
   * it. It ends when a record adds the member.
   */
  request(params: RequestRoster, options?: CallOptions): Promise<RequestResult> {
    return this.transport.call("roster.request", params, "once", options);
  }

  /**
   * List the requests to become a member of a sealed workspace.
   *
   * Compare the words of a request with the person who made it before you add the member.
   */
  requests(params: RequestsRosterParameters = {}, options?: CallOptions): Promise<WaitingRequests> {
    return this.transport.call("roster.requests", params, "read", options);
  }
}

export class ScheduleOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Add a schedule that sends a message at the times of a cron expression.
   *
   * The sender is `system:cron`. When times pass while no server runs, the server sends one
   * message with the number of missed times.
   */
  add(params: AddSchedule, options?: CallOptions): Promise<Schedule> {
    return this.transport.call("schedule.add", params, "once", options);
  }

  /**
   * List the workspace's schedules.
   *
   * In a private workspace agents see the schedules they added; people and operators see all.
   */
  list(params: ListScheduleParameters = {}, options?: CallOptions): Promise<ScheduleList> {
    return this.transport.call("schedule.list", params, "read", options);
  }

  /** Remove a schedule and return it; sent messages stay. */
  remove(params: RemoveSchedule, options?: CallOptions): Promise<Schedule> {
    return this.transport.call("schedule.remove", params, "once", options);
  }
}

export class ServerOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Copy the database while the server runs, and check the copy.
   *
   * The copy holds every workspace, and the keys' digests. For operators, who may read it all.
   */
  backup(params: BackUpDatabase, options?: CallOptions): Promise<BackupResult> {
    return this.transport.call("server.backup", params, "once", options);
  }

  /** Return the database size, open sockets, clock skew and last backup. */
  status(params: StatusServerParameters = {}, options?: CallOptions): Promise<ServerStatus> {
    return this.transport.call("server.status", params, "read", options);
  }
}

export class ShareOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Add shares of older messages and texts for a member that joined later.
   *
   * Each share is signed by the caller's member. The first share of a message for a member
   * stays.
   */
  add(params: AddShare, options?: CallOptions): Promise<AddedShares> {
    return this.transport.call("share.add", params, "once", options);
  }

  /** List the shares of messages and texts for the caller's member. */
  list(params: ListShareParameters, options?: CallOptions): Promise<ListedShares> {
    return this.transport.call("share.list", params, "read", options);
  }
}

export class TextOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Keep a sealed text of a task, note, link, session or agent.
   *
   * Its header names the object, the edition, and the member's text before it. A note and a
   * link have one edition. The same text again is no error.
   */
  put(params: PutText, options?: CallOptions): Promise<PutDone> {
    return this.transport.call("text.put", params, "once", options);
  }

  /**
   * List the sealed texts of a sealed workspace, oldest first.
   *
   * Every member sees the same list. In a private workspace a text for others is listed by its
   * hash alone. Only the newest edition of a text has a content, and only `numbers` returns it.
   */
  list(params: ListTextParameters = {}, options?: CallOptions): Promise<ListedTexts> {
    return this.transport.call("text.list", params, "read", options);
  }
}

export class ThreadOperations {
  constructor(private readonly transport: Transport) {}

  /** Return one conversation, oldest first without marking anything. */
  get(params: GetThreadParameters, options?: CallOptions): Promise<Thread> {
    return this.transport.call("thread.get", params, "read", options);
  }

  /** List conversations, newest first without marking anything. */
  list(params: ListThreadParameters = {}, options?: CallOptions): Promise<ThreadPage> {
    return this.transport.call("thread.list", params, "read", options);
  }
}

export class TurnOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Submit the result of a turn: store a note, send messages, create tasks.
   *
   * The note holds the summary (without one, the status), status, blockers and plan. Tasks
   * depend on each other by their keys. Everything is stored, or nothing.
   */
  submit(params: SubmitTurn, options?: CallOptions): Promise<Turn> {
    return this.transport.call("turn.submit", params, "keyed", options);
  }
}

export class WebhookOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Add a webhook, through which another system sends messages.
   *
   * The sender is `system:webhook`. The JSON of a request fills the templates of subject, text
   * and recipients. The secret is shown only once.
   */
  add(params: AddWebhook, options?: CallOptions): Promise<NewWebhook> {
    return this.transport.call("webhook.add", params, "once", options);
  }

  /** List the workspace's webhooks, without their secrets. */
  list(params: ListWebhookParameters = {}, options?: CallOptions): Promise<WebhookList> {
    return this.transport.call("webhook.list", params, "read", options);
  }

  /** Remove a webhook and return it; received messages stay. */
  remove(params: RemoveWebhook, options?: CallOptions): Promise<Webhook> {
    return this.transport.call("webhook.remove", params, "once", options);
  }

  /**
   * Receive a signed request from another system as a message.
   *
   * The signature replaces a key. A repeated delivery returns the first message. A delivery
   * signed more than five minutes ago is refused, in the forms that sign the time.
   */
  receive(params: ReceiveWebhook, options?: CallOptions): Promise<WebhookResult> {
    return this.transport.call("webhook.receive", params, "once", options);
  }
}

export class Webhook_outOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Add an outgoing webhook, which reports messages to another system.
   *
   * The server signs each request and repeats it until the receiver accepts it, at most ten
   * times within a day. The secret is shown only once. In a sealed workspace the receiver
   * learns ids and states only.
   */
  add(params: AddOutgoingWebhook, options?: CallOptions): Promise<NewOutgoing> {
    return this.transport.call("webhook_out.add", params, "once", options);
  }

  /** List outgoing webhooks, with their failed deliveries. */
  list(params: ListOutWebhookParameters = {}, options?: CallOptions): Promise<OutgoingWebhooks> {
    return this.transport.call("webhook_out.list", params, "read", options);
  }

  /** Remove an outgoing webhook and all that waits for it; return it. */
  remove(params: RemoveOutgoingWebhook, options?: CallOptions): Promise<OutgoingWebhook> {
    return this.transport.call("webhook_out.remove", params, "once", options);
  }

  /**
   * Send a test request to an outgoing webhook, once.
   *
   * Can wait for the result. Only the status of the response is kept.
   */
  test(params: TestOutgoingWebhook, options?: CallOptions): Promise<TestResult> {
    return this.transport.call("webhook_out.test", params, "once", options);
  }

  /**
   * Send the failed deliveries of an outgoing webhook again.
   *
   * Also ends the pause after failures.
   */
  retry(params: RetryDeliveries, options?: CallOptions): Promise<RetryResult> {
    return this.transport.call("webhook_out.retry", params, "once", options);
  }
}

export class WorkspaceOperations {
  constructor(private readonly transport: Transport) {}

  /**
   * Return what needs a person: messages, blocked, urgent or overdue work.
   *
   * Marks nothing. With a person's key it covers that person's messages, with any other key
   * those of all people. What the person has hidden (`mute.start`) is left out.
   */
  needs(params: NeedsWorkspaceParameters = {}, options?: CallOptions): Promise<NeedList> {
    return this.transport.call("workspace.needs", params, "read", options);
  }

  /**
   * Export a page of a workspace's data.
   *
   * Receipts and marks are included; keys, webhooks and tokens are left out.
   *
   * Marks that are set while an export runs may be missing from it; the messages are then
   * unread in the copy.
   */
  export(params: ExportWorkspace = {}, options?: CallOptions): Promise<ExportPage> {
    return this.transport.call("workspace.export", params, "once", options);
  }

  /**
   * Import records of an export; existing records stay unchanged.
   *
   * Numbers and ids are kept. A batch is stored completely or not at all; repeating an import
   * completes an interrupted one.
   */
  import(params: ImportWorkspace, options?: CallOptions): Promise<ImportResult> {
    return this.transport.call("workspace.import", params, "once", options);
  }

  /** Return an overview of agents and current tasks without marking anything. */
  overview(params: OverviewWorkspaceParameters = {}, options?: CallOptions): Promise<WorkspaceOverview> {
    return this.transport.call("workspace.overview", params, "read", options);
  }

  /** Create a workspace. */
  create(params: CreateWorkspace, options?: CallOptions): Promise<Workspace> {
    return this.transport.call("workspace.create", params, "once", options);
  }

  /** List the workspaces that your key covers. */
  list(params: ListWorkspaceParameters = {}, options?: CallOptions): Promise<WorkspaceList> {
    return this.transport.call("workspace.list", params, "read", options);
  }

  /**
   * Change or read a workspace's settings.
   *
   * Omitted settings stay unchanged.
   */
  settings(params: ChangeWorkspaceSettings = {}, options?: CallOptions): Promise<Workspace> {
    return this.transport.call("workspace.settings", params, "once", options);
  }

  /**
   * Return who sends messages to whom, with counts without marking anything.
   *
   * Each pair has its most frequent intent. In a private workspace it covers the caller's
   * messages only.
   */
  flow(params: FlowWorkspaceParameters = {}, options?: CallOptions): Promise<MessageFlow> {
    return this.transport.call("workspace.flow", params, "read", options);
  }

  /**
   * Return message rates, delays and backlogs without marking anything.
   *
   * Delays are from sent to delivered and to acknowledged. In a private workspace it covers the
   * caller's messages only.
   */
  health(params: HealthWorkspaceParameters = {}, options?: CallOptions): Promise<WorkspaceHealth> {
    return this.transport.call("workspace.health", params, "read", options);
  }
}

/** One server and one key. */
export class Client {
  private readonly transport: Transport;
  readonly agent: AgentOperations;
  readonly message: MessageOperations;
  readonly event: EventOperations;
  readonly mailbox: MailboxOperations;
  readonly inbox: InboxOperations;
  readonly key: KeyOperations;
  readonly invite: InviteOperations;
  readonly login: LoginOperations;
  readonly mute: MuteOperations;
  readonly task: TaskOperations;
  readonly note: NoteOperations;
  readonly pause: PauseOperations;
  readonly session: SessionOperations;
  readonly program: ProgramOperations;
  readonly receipt: ReceiptOperations;
  readonly review: ReviewOperations;
  readonly roster: RosterOperations;
  readonly schedule: ScheduleOperations;
  readonly server: ServerOperations;
  readonly share: ShareOperations;
  readonly text: TextOperations;
  readonly thread: ThreadOperations;
  readonly turn: TurnOperations;
  readonly webhook: WebhookOperations;
  readonly webhook_out: Webhook_outOperations;
  readonly workspace: WorkspaceOperations;

  constructor(options: Options) {
    this.transport = new Transport(options);
    this.agent = new AgentOperations(this.transport);
    this.message = new MessageOperations(this.transport);
    this.event = new EventOperations(this.transport);
    this.mailbox = new MailboxOperations(this.transport);
    this.inbox = new InboxOperations(this.transport);
    this.key = new KeyOperations(this.transport);
    this.invite = new InviteOperations(this.transport);
    this.login = new LoginOperations(this.transport);
    this.mute = new MuteOperations(this.transport);
    this.task = new TaskOperations(this.transport);
    this.note = new NoteOperations(this.transport);
    this.pause = new PauseOperations(this.transport);
    this.session = new SessionOperations(this.transport);
    this.program = new ProgramOperations(this.transport);
    this.receipt = new ReceiptOperations(this.transport);
    this.review = new ReviewOperations(this.transport);
    this.roster = new RosterOperations(this.transport);
    this.schedule = new ScheduleOperations(this.transport);
    this.server = new ServerOperations(this.transport);
    this.share = new ShareOperations(this.transport);
    this.text = new TextOperations(this.transport);
    this.thread = new ThreadOperations(this.transport);
    this.turn = new TurnOperations(this.transport);
    this.webhook = new WebhookOperations(this.transport);
    this.webhook_out = new Webhook_outOperations(this.transport);
    this.workspace = new WorkspaceOperations(this.transport);
  }
}
