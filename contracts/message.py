"""What a message is: a frozen model with a type, an owning service and a key.

The CloudEvents attributes (id, time, sequence, …) travel as headers beside it and are the chassis' business.
"""

import re
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, NewType, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeVar


class Kind(StrEnum):
    """What happens to a message: the ending of its topic's name."""

    COMMAND = "commands"
    QUERY = "queries"
    EVENT = "events"
    PUBLIC_EVENT = "public"
    TICK = "ticks"


class Model(BaseModel):
    """A frozen part of a message; unknown fields are ignored, since later minor versions may add some.

    What does not fit is not repeated in the error: it may be a secret, and errors are logged (S40).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True, hide_input_in_errors=True)


SealedText = NewType("SealedText", str)
Sealed = Annotated[SealedText, Field(json_schema_extra={"format": "sealed"})]
"""A secret, encrypted for the one receiver and bound to the message's id and the field's name."""


class BlobReference(Model):
    """A file that lies encrypted in the blob store; who holds the reference may read it."""

    id: UUID
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    media_type: str
    name: str = Field(max_length=255)


class Message(Model):
    """A message; `type` is the CloudEvents type, reverse-DNS, without an organisation's name, with a major version."""

    kind: ClassVar[Kind]
    service: ClassVar[str]
    domain: ClassVar[str]
    version: ClassVar[int] = 1
    type: ClassVar[str]

    @property
    def key(self) -> str:
        """What the messages of one order have in common: the record key, never personal data."""
        raise NotImplementedError

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        if "[" in cls.__name__ or not hasattr(cls, "service") or not hasattr(cls, "kind"):
            return
        cls.type = f"nl.{cls.domain}.{_words(cls.__name__)}.v{cls.version}"


def _words(name: str) -> str:
    """Return a class's name as words with hyphens."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


class Done(Model):
    """The result of a command that has nothing more to tell."""


class Refusal(Model):
    """A request was refused: nothing of what it asks was done. `code` is stable; `details` name what the text needs."""

    code: str
    details: dict[str, str | int] = {}


class Written(Model):
    """An event that a command led to: (aggregate, sequence), and its type."""

    aggregate: str
    sequence: int = Field(ge=1)
    type: str = ""


R = TypeVar("R", bound=Model)
Result = TypeVar("Result", default=dict[str, Any])


# Reply[CredentialPage] is read and written in one go; a plain Reply leaves the result as it is.
class Reply(Model, Generic[Result]):
    """The answer to a command or query: a result or a refusal, and the events that the command wrote."""

    result: Result | None = None
    refusal: Refusal | None = None
    wrote: tuple[Written, ...] = ()


class Request(Message, Generic[R]):
    """A message that is answered by a reply that holds an `R` or a refusal."""

    @classmethod
    def reply_type(cls) -> type[Reply[R]]:
        """Return the model of the answer."""
        return _reply_type(cls)

    @classmethod
    def result_type(cls) -> type[Model]:
        """Return the model of the result."""
        for ancestor in cls.__mro__:
            arguments = getattr(ancestor, "__pydantic_generic_metadata__", {}).get("args", ())
            if arguments and isinstance(arguments[0], type):
                return arguments[0]
        raise TypeError(f"{cls.__name__} must name its result: Command[Result] or Query[Result]")


@cache
def _reply_type(request: type[Request[R]]) -> type[Reply[R]]:
    return Reply[request.result_type()]  # type: ignore[misc, return-value]


class Command(Request[R]):
    """Asks for a change; handled in order per key, with exactly one effect."""

    kind: ClassVar[Kind] = Kind.COMMAND
    takes_away: ClassVar[bool] = False
    """True: authority is taken away, and 200 is answered only after decisions know it."""

    opens_session: ClassVar[bool] = False
    """True: the reply holds tokens, so what is stored of it is replaced after 60 s."""


class Republish(Command[Done]):
    """Asks an owner to publish the events of an aggregate again, from a sequence on; any service understands it."""

    service: ClassVar[str] = "any"
    domain: ClassVar[str] = "messages"

    aggregate: UUID
    from_sequence: int = Field(ge=1)
    public: bool = False

    @property
    def key(self) -> str:
        """The aggregate."""
        return str(self.aggregate)


class Query(Request[R]):
    """Asks for facts; handled concurrently, dropped when its deadline has passed."""

    kind: ClassVar[Kind] = Kind.QUERY
    patient: ClassVar[bool] = False
    """True: waits for something or writes a file; it is answered by itself, and asked with more patience."""

    @property
    def key(self) -> str:
        """Queries have no order."""
        return ""


class State(Model):
    """What others may know of an aggregate after an event."""

    id: UUID


class Event(Message):
    """A fact about an aggregate, with the aggregate's state after it (event-carried state transfer)."""

    kind: ClassVar[Kind] = Kind.EVENT
    snapshot: ClassVar[bool] = False
    """True: repeats the present state for a consumer that is new or has lost track; no new fact."""

    aggregate_type: ClassVar[str] = ""
    """What the event is about: by it a consumer knows an event that is newer than itself, and takes its state."""

    state: State

    @property
    def key(self) -> str:
        """The aggregate."""
        return str(self.state.id)

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        if "state" in cls.__annotations__:
            cls.aggregate_type = _words(cls.__name__.removesuffix("Event"))


class PublicEvent(Event):
    """A fact for other suppliers: narrow, without personal data, documented and versioned."""

    kind: ClassVar[Kind] = Kind.PUBLIC_EVENT


def messages(service: str, kind: Kind) -> dict[str, type[Message]]:
    """Return the messages of a kind that a service owns, by type: those that no other message stands on."""
    found: dict[str, type[Message]] = {}
    for message in (message for message in _below(Message) if hasattr(message, "type")):
        if (message.service, message.kind) == (service, kind) and _goes_over_the_wire(message):
            if message.type in found and found[message.type] is not message:
                raise TypeError(f"Two messages have the type {message.type}")
            found[message.type] = message
    return found


def _goes_over_the_wire(message: type[Message]) -> bool:
    """Tell a message from what messages stand on."""
    return not message.__subclasses__() and "[" not in message.__name__


def _below(cls: type[Message]) -> set[type[Message]]:
    """Return all subclasses."""
    return {found for child in cls.__subclasses__() for found in ({child} | _below(child))}


class Page(Model):
    """A part of a list; `next` is the cursor of the next part, None at the end."""

    next: str | None = None

    @classmethod
    def empty(cls) -> Self:
        """Return a page without rows."""
        return cls()
