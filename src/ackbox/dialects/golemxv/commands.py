"""GolemXV's slash commands, as data.

Explained in docs/howto/coming-from-golemxv.md.
"""

from ackbox.dialects.engine.mapping import Prompt

COMMANDS: tuple[Prompt, ...] = (
    Prompt(
        name="init",
        description="Join a project: write GOLEM.yaml and check in.",
        args=(
            ("project", "Slug of the project", None),
            ("server", "Address of the server", "http://127.0.0.1:7717"),
            ("area", "Area you will work on", "the area you are asked to work on"),
        ),
        text=(
            "Write a file GOLEM.yaml into the project's root, unless it is there, with three"
            " lines: project: {project}, server: {server}, and api_key: with the value of the"
            " environment variable GXV_API_KEY. Add the file to .gitignore, since a key is in"
            " it. Then call checkin with project_slug {project} and declared_area: {area}. Keep"
            " the session_token, and report the conflicts that it returned."
        ),
    ),
    Prompt(
        name="status",
        description="Show who works on what, your tasks and the newest messages.",
        text=(
            "Call presence, list_tasks and get_messages with limit 10. Say in a few lines who"
            " works on what, which tasks are yours, and what in the messages needs you."
        ),
    ),
    Prompt(
        name="scope",
        description="Declare another area or other files, and check who works on the same.",
        args=(
            ("area", "Area you will work on", "as it was"),
            ("files", "Paths, separated by commas", "as they were"),
        ),
        text=(
            "Call conflict_check with declared_area: {area}, and declared_files: {files}. If"
            " nobody works on the same, call scope_update with the same two. Else say who does,"
            " and ask before you go on."
        ),
    ),
    Prompt(
        name="msg",
        description="Send a message to one agent, or to everyone.",
        args=(
            ("text", "The message", None),
            ("to", "Name of an agent; everyone by default", "broadcast"),
        ),
        text=(
            "Call send_message with to: {to}, and content: {text}\nIf that content begins with"
            " --to and a name, send it to that name, with the rest as the content. If"
            " nobody of that name is active, call presence and say who is."
        ),
    ),
    Prompt(
        name="tasks",
        description="List the tasks that can be claimed.",
        args=(("priority", "low, medium, high or critical", "any"),),
        text=(
            "Call list_tasks with status pending and priority: {priority} (leave priority out"
            " for any). Show id, priority and title of each."
        ),
    ),
    Prompt(
        name="claim",
        description="Claim a task.",
        args=(("task_id", "Id of the task", None),),
        text=(
            "Call claim_task with task_id {task_id}. If you have it, call update_task with"
            " status in_progress and begin. Else say who has it."
        ),
    ),
    Prompt(
        name="done",
        description="Finish your task and check out.",
        args=(("summary", "Result of the task", "what you did, in a few lines"),),
        text=(
            "Call complete_task for the task that is yours, with result_summary: {summary}, and the"
            " files you changed. Then call checkout with the same text as work_summary,"
            " outcome_status completed, and the same files."
        ),
    ),
    Prompt(
        name="update",
        description="Report the progress of your task.",
        args=(("note", "Progress so far", "how far you are, in a line"),),
        text="Call update_task for the task that is yours, with note: {note}",
    ),
    Prompt(
        name="memory",
        description="Search the project's memory, or store something in it.",
        args=(
            ("action", "search or store", None),
            ("text", "Words to search for, or the text to store", None),
        ),
        text=(
            "If {action} is search, call memory_search with query: {text}\nShow category, score,"
            " content, source and tags of each result. If it is store, choose a category of"
            " context, pattern, decision, debug and general, and call memory_store with content:"
            " {text}\nSay its id."
        ),
    ),
)
