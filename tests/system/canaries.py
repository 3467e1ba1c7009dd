"""Secrets that are pushed through a running system, and every place where one could have been left behind."""

import json
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from bson import encode as bson_encode

from chassis.bus import connection
from chassis.mongo import CODEC, close, connect
from chassis.packing import unpack
from chassis.settings import ChassisSettings
from stack.settings import SERVICES

PLACE = tuple[str, bytes]
SECRET = {
    "password", "present", "code", "letterCode", "validationCode", "secondFactorCode", "token", "refreshToken",
    "accessToken", "access_token", "client_assertion", "bsn",
}  # fmt: skip
_SHORT = 8
"""What is shorter could stand anywhere by chance: it counts only where it stands alone."""


class Canaries:
    """Secrets by their kind; learns those that requests and answers carry."""

    def __init__(self) -> None:
        self.kinds: defaultdict[str, set[str]] = defaultdict(set)
        self.problems: list[PLACE] = []
        self.exports: list[PLACE] = []

    def add(self, kind: str, text: str) -> None:
        """Take a secret in."""
        self.kinds[kind].add(text)

    def client(self) -> httpx.AsyncClient:
        """Return a client whose requests and answers are listened to."""
        hooks = {"request": [self._asked], "response": [self._answered]}
        return httpx.AsyncClient(timeout=30, event_hooks=hooks)

    async def _asked(self, request: httpx.Request) -> None:
        kind = request.headers.get("content-type", "")
        if kind.startswith("application/json"):
            self._learn(_json(request.content))
        elif kind.startswith("application/x-www-form-urlencoded"):
            self._learn({name: values[0] for name, values in parse_qs(request.content.decode()).items()})

    async def _answered(self, response: httpx.Response) -> None:
        place = f"answer to {response.request.method} {urlsplit(str(response.url)).path}"
        await response.aread()
        kind = response.headers.get("content-type", "")
        if response.is_error:
            self.problems.append((place, response.content))
        elif kind.startswith("text/csv"):
            self.exports.append((place, response.content))
        elif kind.startswith("application/json") and "/v1/" in str(response.url):
            body = _json(response.content)
            signed = {"token"}  # of a quotation: signed, and no secret
            self._learn({name: body[name] for name in body.keys() - signed} if isinstance(body, dict) else None)

    def _learn(self, body: object) -> None:
        for name, text in body.items() if isinstance(body, dict) else ():
            if name == "otpUri" and text:
                self.add("seed", parse_qs(urlsplit(text).query)["secret"][0])
            elif name == "code" and not str(text).isdigit():
                continue  # of a form or a refusal
            elif name in SECRET and isinstance(text, str) and text:
                self.add(name, text)

    def found_in(self, places: list[PLACE]) -> list[str]:
        """Return which secrets stand where, in clear or as base64."""
        patterns = {kind: _pattern(texts) for kind, texts in self.kinds.items()}
        return [
            f"{kind} in {place}: …{_around(data, match)}…"
            for place, data in places
            for kind, pattern in patterns.items()
            if (match := pattern.search(data)) is not None
        ]


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _pattern(texts: set[str]) -> re.Pattern[bytes]:
    alone = [re.escape(text.encode()) for text in texts if len(text) < _SHORT]
    long = [text.encode() for text in texts if len(text) >= _SHORT]
    anywhere = [re.escape(form) for text in long for form in (text, b64encode(text).rstrip(b"="))]
    parts = [*anywhere, *(rb"(?<![0-9A-Za-z.:+-])" + text + rb"(?![0-9A-Za-z])" for text in alone)]
    return re.compile(b"|".join(parts))


def _around(data: bytes, match: re.Match[bytes]) -> str:
    return repr(data[max(0, match.start() - 80) : match.end() + 40])


@contextmanager
def collector() -> Iterator[tuple[str, list[PLACE]]]:
    """Run a collector of traces; gives its address and what it is sent."""
    taken: list[PLACE] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append(("traces", decompress(body) if body[:2] == b"\x1f\x8b" else body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", taken
        finally:
            server.shutdown()
            thread.join()


async def stored(stack) -> list[PLACE]:
    """Return every document of every database of the deployment, and the operations that made them."""
    client = connect(ChassisSettings(deployment=stack.deployment, mongo_uri=stack.mongo_uri), "test")
    try:
        names = [name for name in await client.list_database_names() if name.startswith(f"{stack.deployment}_")]
        assert {f"{stack.deployment}_{name}" for name in (*SERVICES, "gateway", "blobs")} <= set(names)
        return [place async for place in _documents(client, names)]
    finally:
        await close(client)


async def _documents(client, names: list[str]) -> AsyncIterator[PLACE]:
    for name in names:
        for collection in await client[name].list_collection_names():
            async for document in client.get_database(name, codec_options=CODEC)[collection].find():
                yield f"{name}.{collection}", bson_encode(document, codec_options=CODEC)
    own = {"ns": {"$regex": f"^({'|'.join(map(re.escape, names))})\\."}}
    of_transactions = {"o.applyOps": {"$exists": True}}
    done = client.get_database("local", codec_options=CODEC)["oplog.rs"]
    async for entry in done.find({"$or": [own, of_transactions]}):
        yield f"oplog of {entry['ns']}", bson_encode(entry, codec_options=CODEC)


async def records(stack) -> list[PLACE]:
    """Return every record of every topic: key, value and headers."""
    settings = ChassisSettings(
        deployment=stack.deployment, kafka_bootstrap=stack.kafka, kafka_kind=stack.kafka_kind
    )  # fmt: skip
    consumer = AIOKafkaConsumer(**connection(settings), enable_auto_commit=False)
    await consumer.start()
    found: list[PLACE] = []
    try:
        topics = [name for name in await consumer.topics() if name.startswith(f"{stack.deployment}.")]
        assert {f"{stack.deployment}.{name}.commands.v1" for name in SERVICES} <= set(topics)
        # All before the first is assigned: from then on the client asks about nothing else.
        partitions = [TopicPartition(name, n) for name in topics for n in consumer.partitions_for_topic(name) or ()]
        for partition in partitions:
            consumer.assign([partition])
            consumer.seek(partition, 0)
            end = (await consumer.end_offsets([partition]))[partition]
            while await consumer.position(partition) < end:
                taken = await consumer.getmany(partition, timeout_ms=1000)
                found += [(partition.topic, _record(record)) for record in taken.get(partition, ())]
    finally:
        await consumer.stop()
    return found


def _record(record) -> bytes:
    headers = b"\n".join(name.encode() + b"=" + (value or b"") for name, value in record.headers)
    return b"\n".join((record.key or b"", unpack(record.value or b"", record.headers), headers))


def logs(stack) -> list[PLACE]:
    """Return the lines that processes and servers have written; those of the sinks tell what was sent."""
    files = [path for path in (stack.data / "logs").iterdir() if not path.name.startswith("sinks")]
    assert {f"{name}.log" for name in (*SERVICES, "gateway")} <= {path.name for path in files}
    return [(path.name, line) for path in files for line in path.read_bytes().splitlines()]


async def metrics(stack) -> list[PLACE]:
    """Return what each process tells of itself."""
    async with httpx.AsyncClient() as client:
        return [
            (address, (await client.get(address)).content)
            for name in (*SERVICES, "gateway")
            for address in stack.health_urls(name)[1:]
        ]
