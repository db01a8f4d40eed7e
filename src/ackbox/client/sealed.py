"""The sealed call: another `call` around that of a server, for sealed workspaces.

It seals what is sent, opens and verifies what comes, and signs acknowledgements; its users cannot
tell. Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

import hashlib
import importlib
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from ackbox.client.http import HttpCaller, same_address
from ackbox.client.vaults import Answered, Vault, Waiting, vaults_in
from ackbox.errors import AckboxError, Conflict, Invalid, NotMember, Unavailable
from ackbox.model.sealing import PARAMS, Fields

WHOSE = ("workspace", "agent", "instance", "session")
RETRIES = 3
# Operations whose text the table of fields does not list, because the server does not have them.
WITH_TEXT = ("message.send_many", "task.create_many", "note.append", "turn.submit")
# What agent programs say of themselves without being asked: a sealed workspace does not get it.
_PLACE = ("machine", "directory", "repository", "pid", "terminal")
AUTOMATIC = {
    "agent.check_in": _PLACE,
    "session.start": _PLACE,
    "program.report": (*_PLACE, "title", "files", "prompt"),
}


class SealedCaller(HttpCaller):
    """Calls operations of one server with one key; seals in workspaces that this machine has a
    vault key for.
    """

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        data_dir: Path,
        face: str = "cli",
        home: str | None = None,
        is_there: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(url, key, face=face, home=home, is_there=is_there)
        self._vaults = [each for each in vaults_in(data_dir) if is_of(each, url)]
        self._has_begun: set[Path] = set()

    def call(self, name: str, params: dict[str, Any], *, timeout_s: float = 70) -> Any:
        """Call one operation and return its result as plain dicts.

        Raises NoServer and the errors of ackbox.errors.
        """
        vault = self.vault_for(params)
        if vault is None:
            if _has_text(name, params):
                # Not left to the server: one that lies would be sent the text.
                self._refuse_without_key(params)
            return super().call(name, params, timeout_s=timeout_s)
        calls = self.calls(vault, params, timeout_s=timeout_s)
        if vault.path not in self._has_begun:
            calls.begin()
            self._has_begun.add(vault.path)
        given = {key: value for key, value in params.items() if value is not None}
        return calls.call(name, {key: given[key] for key in given if key not in WHOSE})

    def calls(self, vault: Vault, params: dict[str, Any], *, timeout_s: float = 70) -> SealedCalls:
        """Return the calls of a member, as the caller that the parameters name."""
        whose = {each: params[each] for each in WHOSE if params.get(each) is not None}
        whose["workspace"] = vault.profile.workspace
        whose.setdefault("agent", vault.profile.agent)
        plain = super().call

        def remote(name: str, /, **given: Any) -> Any:
            return plain(name, {**whose, **given}, timeout_s=timeout_s)

        return SealedCalls(vault, remote)

    def seals(self, params: dict[str, Any]) -> bool:
        """Whether calls of this caller, in this workspace, are sealed on this machine.

        Raises NotMember for a name without a vault key in a workspace that is known as sealed.
        """
        vault = self.vault_for(params)
        if vault is None:
            self._refuse_without_key(params)
        return vault is not None

    def _refuse_without_key(self, params: dict[str, Any]) -> None:
        held = self._memberships(params)
        if held:
            raise NotMember(
                f"This machine has no vault key of {params.get('agent')!r} for this sealed"
                " workspace.",
                hint="It has keys of: " + ", ".join(each.profile.agent for each in held),
                field="agent",
            )

    def _memberships(self, params: dict[str, Any]) -> list[Vault]:
        """Return the memberships on this machine in the workspace of a call."""
        key_id, workspace = key_id_of(self.key), params.get("workspace")
        return [
            each
            for each in self._vaults
            if (
                each.profile.workspace == workspace
                if workspace is not None
                else key_id in each.profile.keys
            )
        ]

    def vault_for(self, params: dict[str, Any]) -> Vault | None:
        """Return the membership that a call is made in; null when the workspace is not sealed, or
        this machine has no key for the caller.
        """
        agent = params.get("agent")
        found = [
            each
            for each in self._memberships(params)
            if agent is None or each.profile.agent.casefold() == str(agent).casefold()
        ]
        if len(found) > 1:
            raise Invalid(
                "This machine has the vault keys of several members: "
                + ", ".join(each.profile.agent for each in found)
                + ".",
                hint="Name one of them as the agent.",
                field="agent",
            )
        return found[0] if found else None


def _has_text(name: str, params: dict[str, Any]) -> bool:
    """Whether a call would show the server text that a member seals."""
    fields = PARAMS.get(name, Fields())
    sealed = (fields.sealed | fields.notice).difference(AUTOMATIC.get(name, ()))
    return name in WITH_TEXT or any(params.get(each) for each in sealed)


def is_of(vault: Vault, url: str) -> bool:
    """Whether a membership is one at the server of this address."""
    return same_address(vault.profile.url, url)


def key_id_of(key: str | None) -> str | None:
    """Return the id of an API key, which is no secret."""
    from ackbox.model.key import parse_key

    try:
        return parse_key(key).id if key else None
    except AckboxError:
        return None


class SealedCalls:
    """The calls of one member; `remote` calls the server as this member."""

    def __init__(self, vault: Vault, remote: Callable[..., Any]) -> None:
        self.vault, self.remote = vault, remote

    def without_session(self) -> SealedCalls:
        """Return the calls without the session's token, for what comes after its end."""

        def remote(name: str, /, **given: Any) -> Any:
            return self.remote(name, **{**given, "session": None})

        return SealedCalls(self.vault, remote)

    def begin(self) -> None:
        """Do what waits: add members who used our invitations, and finish an own joining."""
        from ackbox.client.membership import admit_invited, own_member, update_roster

        with self.vault.locked():
            known = self.vault.known_roster
            if known is None or self.vault.keys.id not in known.members:
                update_roster(self.vault, self.remote)
            if own_member(self.vault).is_admin:
                admit_invited(self.vault, self.remote)

    def call(self, name: str, params: dict[str, Any]) -> Any:
        """Call one operation as HttpCaller.call does."""
        own = {
            "message.send": self.send,
            "message.ask": self._ask,
            "message.send_many": self._send_many,
            "receipt.mark": self._mark,
        }.get(name)
        if own is not None:
            return own(params)
        plain = self._without_automatic(name, params)
        work = handler(name)
        return self.opened(name, plain) if work is None else work(self, plain)

    def opened(self, name: str, params: dict[str, Any]) -> Any:
        """Call one operation of the server, and return its result with every text opened."""
        from ackbox.client.opening import check_acknowledgements, open_messages

        result = self.shown(
            open_messages(self.vault, self.remote, self.remote(name, **params), params)
        )
        if name == "message.status":
            check_acknowledgements(self.vault, self.remote, result)
        return result

    def shown(self, result: Any) -> Any:
        """Replace what the server shows of tasks, notes and sessions by their sealed texts."""
        from ackbox.client.opening_texts import open_texts

        return open_texts(self.vault, self.remote, result)

    def _without_automatic(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        from ackbox.ops.rules.sealing import EVIDENCE

        left = {each: params[each] for each in params if each not in AUTOMATIC.get(name, ())}
        if left.get("evidence") not in (None, *EVIDENCE):
            del left["evidence"]
        return left

    def _send_many(self, params: dict[str, Any]) -> Any:
        outcomes = []
        for each in params["messages"]:
            try:
                outcomes.append({"sent": self.send(each)})
            except Unavailable:
                raise
            except AckboxError as error:
                outcomes.append({"error": error.as_dict()["error"]})
        sent = sum("sent" in each for each in outcomes)
        return {"outcomes": outcomes, "sent": sent, "refused": len(outcomes) - sent}

    def _ask(self, params: dict[str, Any]) -> Any:
        question = {"intent": "question", "idempotency_key": uuid.uuid4().hex, **params}
        wait_s = question.pop("wait_s", 45)
        stored = self._sealed(question, is_kept=True)
        # The message is stored by now: the same key and bytes wait for the reply.
        given = {"body": "", "sealed": stored.sealed, "wait_s": wait_s}
        key = self.hidden(question["idempotency_key"])
        return self.opened("message.ask", {**given, "idempotency_key": key})

    def send(self, params: dict[str, Any]) -> Any:
        key = params.get("idempotency_key") or uuid.uuid4().hex
        return self._sealed({**params, "idempotency_key": key}).answer

    def hidden(self, key: str) -> str:
        """Return what the server sees of an idempotency key."""
        own = f"{self.vault.profile.vault}\0{key}"
        return hashlib.sha256(own.encode()).hexdigest()

    def _sealed(self, params: dict[str, Any], *, is_kept: bool = False) -> Answered:
        """Send one message, once for each idempotency key, and return how it was stored."""
        from ackbox.client.waiting import finish

        key = self.hidden(params["idempotency_key"])
        content = hashlib.sha256(
            msgspec.json.encode(
                {name: params[name] for name in params if name != "idempotency_key"},
                order="deterministic",
            )
        ).hexdigest()
        with self.vault.locked():
            finish(self.vault, self.remote)
            before = self.vault.state.recent.get(key)
            if before is not None and before.content != content:
                raise Conflict(
                    "This idempotency key was already used for another message.",
                    hint="Use a new key for new content.",
                    field="idempotency_key",
                )
            if before is not None:
                again = {**before.answer, "duplicate": True}
                return msgspec.structs.replace(before, answer=again)
            self._seal_and_send(params, key, content, is_kept=is_kept)
            return self.vault.state.recent[key]

    def _seal_and_send(
        self, params: dict[str, Any], key: str, content: str, *, is_kept: bool
    ) -> None:
        from ackbox.client.composing import compose
        from ackbox.client.membership import own_member, update_roster
        from ackbox.client.waiting import finish, is_stale
        from ackbox.vault import envelope

        for attempt in range(RETRIES):
            own_member(self.vault)
            draft, text, passed_on = compose(self.vault, self._parent, params, now=_now())
            readers = envelope.readers(self.vault.roster, draft.sender, draft.to)
            sealed = envelope.seal(self.vault.keys, draft, text, readers)
            own = envelope.received(sealed, self.vault.keys.id)
            self.vault.state.waiting = Waiting(
                params={
                    **passed_on,
                    "body": "",
                    "sealed": msgspec.to_builtins(sealed),
                    "idempotency_key": key,
                },
                content=content,
                counter=draft.counter,
                hash=envelope.hash_of(own),
                is_kept=is_kept,
            )
            self.vault.save()
            try:
                finish(self.vault, self.remote)
                return
            except AckboxError as error:
                if not is_stale(error) or attempt + 1 == RETRIES:
                    raise
                update_roster(self.vault, self.remote)

    def _parent(self, id: str) -> dict[str, Any]:
        """Return the message that a reply answers, opened."""
        found: dict[str, Any] = self.opened("message.get", {"id": id})
        return found

    def _mark(self, params: dict[str, Any]) -> Any:
        plain = self._without_automatic("receipt.mark", params)
        if params["mark"] != "acknowledged":
            return self.remote("receipt.mark", **plain)
        total: dict[str, Any] = {}
        for id in dict.fromkeys(params["ids"]):
            evidence = self._signature(id)
            given = {**plain, "ids": [id], **({"evidence": evidence} if evidence else {})}
            outcome = self.remote("receipt.mark", **given)
            for name, value in outcome.items():
                total[name] = [*total.get(name, []), *value] if isinstance(value, list) else value
        return total

    def _signature(self, id: str) -> str | None:
        """Return the evidence that this member acknowledges a message; null for one that this
        machine has not verified.
        """
        from ackbox.client.membership import update_transcript
        from ackbox.model.receipt import parse_receipt_id
        from ackbox.vault import acknowledgement

        with self.vault.locked():
            receipt = parse_receipt_id(id)
            if receipt is not None:
                seq = receipt[0]
            elif id.startswith("#") and id[1:].isdigit():
                seq = int(id[1:])
            else:
                try:
                    seq = self.remote("message.get", id=id)["seq"]
                except AckboxError:
                    return None
            if seq > self.vault.transcript.seq:
                update_transcript(self.vault, self.remote)
            row = self.vault.transcript.row(seq)
            if row is None:
                return None
            return acknowledgement.sign(self.vault.keys, self.vault.roster.vault, row.hash)


def handler(name: str) -> Callable[[SealedCalls, dict[str, Any]], Any] | None:
    """Return what the client does in place of an operation that takes text; null for others."""
    noun = name.partition(".")[0]
    module = {
        "message": "sealed_search",
        "task": "sealed_tasks",
        "note": "sealed_notes",
        "session": "sealed_sessions",
        "agent": "sealed_sessions",
        "turn": "sealed_turns",
    }.get(noun)
    if module is None:
        return None
    # Not at the top: most calls need none of them, and they need this module.
    found = importlib.import_module(f"ackbox.client.{module}")
    own: dict[str, Callable[[SealedCalls, dict[str, Any]], Any]] = found.HANDLERS
    return own.get(name)


def _now() -> int:
    return round(time.time() * 1000)
