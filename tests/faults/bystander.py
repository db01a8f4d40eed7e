"""Another tenant: sends at a steady pace and writes down how long each send took.

A process of its own, so that what the attacker computes does not count as the server's time. One
line of JSON for each send:
when it began (the machine's monotonic clock), its milliseconds, and its status (0 when there was no
answer).

    python -m tests.faults.bystander HOST PORT KEY
"""

from __future__ import annotations

import http.client
import json
import sys
import time

PACE_S = 0.01
PATIENCE_S = 30.0
# A client that starts again now and then needs a new connection: an attacker may have taken them
# all.
FRESH_EVERY = 10


def main() -> None:
    host, port, key = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    number = 0
    while True:
        number += 1
        if number % FRESH_EVERY == 0:
            connection.close()
        began, status = time.monotonic(), 0
        try:
            body = json.dumps({"to": "reader", "body": f"{number} " + "x" * 200})
            connection.request("POST", "/v1/messages", body, headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
        took = time.monotonic() - began
        print(json.dumps([began, round(took * 1000, 3), status]), flush=True)
        time.sleep(max(PACE_S - took, 0.0))


if __name__ == "__main__":
    main()
