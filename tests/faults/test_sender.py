"""The requests of outgoing webhooks: to one checked address, and never anywhere else."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ackbox.app import sender
from ackbox.app.sender import Sender
from ackbox.model.outgoing import parse_networks, parse_target
from ackbox.ops.webhook_out.deliver import Outcome
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.anyio

HERE = parse_networks("127.0.0.0/8")
NOT_PUBLIC = Outcome(None, "The address is not public, and the server does not allow it.")


@pytest.fixture
async def receiver(anyio_backend: str) -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


class Names:
    """A name server that answers each question from a list of its own, the last one repeatedly."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def send(to: Sender, url: str) -> Outcome:
    return await to.send(parse_target(url), {"webhook-id": "1"}, b"{}")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "017700000001",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ],
)
async def test_this_machine_is_not_reached_under_any_name(receiver: Receiver, host: str) -> None:
    found = await send(Sender(), f"https://{host}:{receiver.port}/")
    assert found.status is None
    assert found in (NOT_PUBLIC, Outcome(None, "The name has no address."))
    assert receiver.requests == []
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "answer",
    [["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"], ["8.8.8.8", "127.0.0.1"]],
)
async def test_a_name_that_leads_inside_is_not_reached(answer: list[str]) -> None:
    assert await send(Sender(resolve=Names(answer)), "https://rebind.example/") == NOT_PUBLIC


async def test_a_name_is_asked_for_once_and_the_connection_goes_to_that_address(
    receiver: Receiver,
) -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    url = f"http://localhost:{receiver.port}/a/b?c=d"
    assert await send(Sender(HERE, resolve=names), url) == Outcome(204, None)
    assert names.asked == ["localhost"]
    (request,) = receiver.requests
    assert request.line == "POST /a/b?c=d HTTP/1.1"
    assert request.headers["host"] == f"localhost:{receiver.port}"


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with receiving() as inside:
        receiver.answer("302 Found", f"location: http://127.0.0.1:{inside.port}/secret")
        found = await send(Sender(HERE), f"http://127.0.0.1:{receiver.port}/")
        assert inside.connections == 0
    assert found == Outcome(
        302, "The receiver redirects, and redirects are not followed (status 302)."
    )


async def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert (await send(Sender(HERE), f"http://127.0.0.1:{receiver.port}/")).status == 204


async def test_a_response_without_an_end_is_not_read(receiver: Receiver) -> None:
    receiver.reply = b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n" + b"x" * 100_000
    assert (await send(Sender(HERE), f"http://127.0.0.1:{receiver.port}/")).status == 200


@pytest.mark.parametrize(
    "reply", [b"SSH-2.0-OpenSSH_9\r\n", b"", b"HTTP/1.1 200 OK\r\nx: y" * 9999]
)
async def test_what_is_not_http_is_an_error_without_its_text(
    receiver: Receiver, reply: bytes
) -> None:
    receiver.reply = reply
    assert await send(Sender(HERE), f"http://127.0.0.1:{receiver.port}/") == Outcome(
        None, "The receiver cannot be reached, or does not speak HTTP."
    )


async def test_a_receiver_that_does_not_answer_is_given_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "STEP_S", 0.05)
    receiver.holds = True
    assert await send(Sender(HERE), f"http://127.0.0.1:{receiver.port}/") == Outcome(
        None, "The receiver did not answer in time."
    )


async def test_a_port_where_nobody_listens_is_an_error() -> None:
    async with receiving() as gone:
        url = f"http://127.0.0.1:{gone.port}/"
    assert (await send(Sender(HERE), url)).status is None


async def test_a_certificate_must_be_for_the_name_and_from_a_known_authority(
    tmp_path: Path,
) -> None:
    trust, served = certificate(tmp_path, "hooks.example")

    def asked(trusts: ssl.SSLContext | None) -> Sender:
        return Sender(HERE, resolve=Names(["127.0.0.1"]), trust=trusts)

    async with receiving(tls=served()) as receiver:
        good = await send(asked(trust()), f"https://hooks.example:{receiver.port}/")
        other = await send(asked(trust()), f"https://other.example:{receiver.port}/")
        unknown = await send(asked(None), f"https://hooks.example:{receiver.port}/")
    bad = Outcome(None, "The certificate of the receiver is not valid.")
    assert (good, other, unknown) == (Outcome(204, None), bad, bad)
    assert len(receiver.requests) == 1


def certificate(
    where: Path, name: str
) -> tuple[Callable[[], ssl.SSLContext], Callable[[], ssl.SSLContext]]:
    """Make a certificate for a name; returns contexts that trust it and that serve it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (where / "cert.pem").write_bytes(pem)
    (where / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

    def serving() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(where / "cert.pem", where / "key.pem")
        return context

    return lambda: ssl.create_default_context(cadata=pem.decode()), serving
