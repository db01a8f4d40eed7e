"""VantagePeers' tools that ackbox does not have, each with the hint what to use instead.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

MISSING: dict[str, str] = {
    **dict.fromkeys(
        ("soft_delete_memory", "delete_memory", "delete_briefing_note"),
        "Nobody can delete a memory. Replace it with update_memory.",
    ),
    **dict.fromkeys(
        (
            "store_episode",
            "create_episode",
            "update_episode",
            "get_episode",
            "list_episodes",
            "delete_episode",
            "search_episodes_by_keyword",
            "search_episodes_by_semantic",
        ),
        "An episode is a memory: use store_memory, list_memories and recall with type episode.",
    ),
    **dict.fromkeys(
        (
            "store_fix_pattern",
            "create_fix_pattern",
            "list_fix_patterns",
            "get_fix_pattern",
            "update_fix_pattern",
            "delete_fix_pattern",
            "recall_fix_patterns",
            "search_fix_patterns",
            "search_fix_patterns_by_semantic",
            "apply_fix_pattern",
            "add_fix_attempt",
            "create_fix_attempt",
            "validate_fix",
            "check_fix",
            "link_issue_to_pattern",
        ),
        "Use store_memory with type feedback and the tag fix, and find it with recall.",
    ),
    **dict.fromkeys(
        (
            "create_mandate",
            "list_mandates",
            "get_mandate",
            "update_mandate",
            "delete_mandate",
            "enforce_mandate",
        ),
        "Use store_memory in the namespace global, and find it with list_memories.",
    ),
    **dict.fromkeys(
        (
            "store_component",
            "register_component",
            "list_components",
            "recall_components",
            "search_components",
            "search_components_by_keyword",
            "get_component",
            "update_component",
            "delete_component",
        ),
        "Use store_memory with type reference, and find it with recall.",
    ),
    **dict.fromkeys(
        (
            "get_issue",
            "list_issues",
            "update_issue_status",
            "verify_issue",
            "issue_stats",
            "link_commit_to_issue",
        ),
        "Use create_task, list_tasks and update_task.",
    ),
    **dict.fromkeys(
        (
            "start_mission",
            "complete_mission",
            "add_mission_phase",
            "update_mission_phase",
            "get_mission_template",
            "update_mission_template",
            "instantiate_template_into_mission",
        ),
        "Use update_mission_status for the status, and create_task with missionId for each part.",
    ),
    **dict.fromkeys(
        ("generate_upload_url", "store_document_chunked"),
        "There is no store of files. Use store_memory with the text, or with the path of the file.",
    ),
    "unblock_task": "Use update_task with status todo or in_progress.",
    "validate_task_payload": "Use create_task: it checks its arguments.",
    "get_summary": "Use get_profile.",
    "list_summaries": "Use list_peers.",
    "health": "Request GET /health.",
    "list_tools": "The MCP request tools/list returns the tools.",
}
