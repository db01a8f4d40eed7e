"""What a program does with the client that openapi-python-client makes; not run by pytest."""

# mypy: ignore-errors

import os
from datetime import datetime

from generated import AuthenticatedClient
from generated.api.message import message_get, message_send
from generated.api.server import server_status
from generated.api.session import session_end, session_start
from generated.api.turn import turn_submit
from generated.models import (
    EndedSession,
    Error,
    Message,
    SendMessage,
    SentMessage,
    ServerStatus,
    StartSession,
    SubmitTurn,
    Turn,
)

client = AuthenticatedClient(os.environ["ACKBOX_URL"], os.environ["ACKBOX_KEY"])
sent = message_send.sync(client=client, body=SendMessage(body="hello", to=["bob"]))
assert isinstance(sent, SentMessage)
got = message_get.sync(sent.id, client=client)
assert isinstance(got, Message) and isinstance(got.created_at, datetime)
assert (got.body, got.created_at.tzinfo is not None) == ("hello", True)
turn = turn_submit.sync(client=client, body=SubmitTurn(summary="", plan=["test", {"then": "tag"}]))
assert isinstance(turn, Turn)
session_start.sync(client=client, body=StartSession())
# An optional body may be left out.
assert isinstance(session_end.sync(client=client), EndedSession)
assert isinstance(server_status.sync(client=client), ServerStatus)
refused = message_get.sync("0" * 32, client=client)
assert isinstance(refused, Error) and refused.error.code == "not_found"
print("ok")
