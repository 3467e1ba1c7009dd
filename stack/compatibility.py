"""Which changes of a JSON Schema break those who already read or write the messages (reliability.md 2.4).

Breaking is what makes a message that was valid invalid, and what takes a field away. Of what other suppliers read,
also the reverse: a value that they could not meet before. What a validator in Python checks is not seen here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]
_UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_EXACT = ("pattern", "format", "multipleOf", "uniqueItems", "patternProperties", "propertyNames")


def breaks(before: Json, after: Json, *, strict: bool = False) -> list[str]:
    """Return a sentence for each breaking change; `strict`: the readers are others, so no new values either."""
    if before.get("$id") != after.get("$id"):
        return [f"The schema is another one: {before.get('$id')} became {after.get('$id')}."]
    pair = _Pair(before, after, "the message")
    return list(dict.fromkeys(_Comparison(before, after, strict=strict).faults(pair)))


class _Pair(NamedTuple):
    """The same place in both schemas."""

    before: Any
    after: Any
    path: str

    def at(self, name: str, path: str) -> "_Pair":
        """Return the pair one step further in."""
        return _Pair(self.before[name], self.after[name], path)


class _Comparison:
    """Walks two schemas side by side; each has its own definitions."""

    def __init__(self, before: Json, after: Json, *, strict: bool) -> None:
        self._before = before.get("$defs", {})
        self._after = after.get("$defs", {})
        self._strict = strict
        self._open: set[tuple[int, int]] = set()

    def faults(self, pair: _Pair) -> Iterator[str]:
        """Yield what breaks here and below."""
        old, new = _arms(pair.before, self._before), _arms(pair.after, self._after)
        if len(old) == len(new) == 1:
            yield from self._plain(_Pair(old[0], new[0], pair.path))
        else:
            yield from self._union(old, new, pair.path)

    def _union(self, old: list[Json], new: list[Json], path: str) -> Iterator[str]:
        for arm in old:
            yield from self._nearest(arm, new, path)
        if self._strict:
            for arm in new:
                if all(list(self._plain(_Pair(known, arm, path))) for known in old):
                    yield f"{path} may now also be {_name(arm)}, which readers do not know."

    def _nearest(self, arm: Json, new: list[Json], path: str) -> Iterator[str]:
        """Yield why no arm of the new union takes what this arm of the old one gave."""
        tried = [(list(self._plain(_Pair(arm, other, path))), other) for other in new]
        if any(not faults for faults, _ in tried):
            return
        alike = [faults for faults, other in tried if _name(other) == _name(arm)]
        yield from alike[0] if alike else [f"{path} may no longer be {_name(arm)}."]

    def _plain(self, pair: _Pair) -> Iterator[str]:
        """Compare two schemas that are no unions; a schema that holds itself is looked at once."""
        place = (id(pair.before), id(pair.after))
        if place in self._open:
            return
        self._open.add(place)
        before, after, path = pair
        if before.get("type") != after.get("type") and ("type" in after or self._strict):
            yield f"{path} changed its type from {_said(before.get('type'))} to {_said(after.get('type'))}."
        else:
            for look in (self._values, self._bounds, self._fields, self._parts):
                yield from look(pair)
        self._open.discard(place)

    def _values(self, pair: _Pair) -> Iterator[str]:
        before, after, path = pair
        old, new = _enum(before), _enum(after)
        if new is not None and old is None:
            yield f"{path} is now limited to the values {', '.join(map(str, new))}."
        if old is not None and new is not None:
            for value in old:
                if value not in new:
                    yield f"{path} lost the value {value}."
        if self._strict and old is not None:
            for value in new or ["anything"]:
                if value not in old:
                    yield f"{path} got the value {value}, which readers do not know."

    def _bounds(self, pair: _Pair) -> Iterator[str]:
        before, after, path = pair
        for names, sign in ((_UPPER, 1), (_LOWER, -1)):
            for name in names:
                old, new = before.get(name), after.get(name)
                if new is not None and (old is None or sign * (new - old) < 0):
                    yield f"{path} is narrower: {name} went from {_said(old)} to {new}."
                elif self._strict and old is not None and (new is None or new != old):
                    yield f"{path} is wider than readers know: {name} went from {old} to {_said(new)}."
        for name in _EXACT:
            old, new = before.get(name), after.get(name)
            if new != old and (new or self._strict):
                yield f"{path} has another {name}: from {_said(old)} to {_said(new)}."

    def _fields(self, pair: _Pair) -> Iterator[str]:
        before, after, path = pair
        old, new = before.get("properties", {}), after.get("properties", {})
        was, now = set(before.get("required", ())), set(after.get("required", ()))
        for name in old.keys() - new.keys():
            yield f"{path} lost its field {name}."
        for name in sorted(now - was):
            yield f"The field {name} of {path} {'became required' if name in old else 'is new and required'}."
        if self._strict:
            for name in sorted((was - now) & new.keys()):
                yield f"The field {name} of {path} may now be absent, and readers count on it."
        for name in sorted(old.keys() & new.keys()):
            yield from self.faults(_Pair(old[name], new[name], _inside(path, name)))

    def _parts(self, pair: _Pair) -> Iterator[str]:
        """Look into lists, fixed rows and mappings; what is not limited may hold anything."""
        before, after, path = pair
        for name, called in (("items", "[]"), ("additionalProperties", "{}")):
            old, new = before.get(name, True), after.get(name, True)
            if isinstance(old, dict) and isinstance(new, dict):
                yield from self.faults(pair.at(name, path + called))
            elif new is not True and old is not False and new != old:
                yield f"{path}{called} may no longer be anything."
            elif self._strict and old is not True and new != old:
                yield f"{path}{called} may now be more than readers know."
        old, new = before.get("prefixItems", []), after.get("prefixItems", [])
        if len(old) != len(new):
            yield f"{path} has another number of parts: {len(new)} instead of {len(old)}."
        for number, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from self.faults(_Pair(one, other, f"{path}[{number}]"))


def _arms(schema: Json, definitions: Json) -> list[Json]:
    """Return what a schema may be: the arms of a union, references followed, in one flat list."""
    if "$ref" in schema:
        return _arms(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    union = schema.get("anyOf") or schema.get("oneOf")
    if union is None:
        return [schema]
    return [found for arm in union for found in _arms(arm, definitions)]


def _enum(schema: Json) -> list[Any] | None:
    """Return the values that a schema is limited to; None: not limited."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _name(schema: Json) -> str:
    return str(schema.get("title") or schema.get("type") or _enum(schema) or "anything")


def _inside(path: str, name: str) -> str:
    return name if path == "the message" else f"{path}.{name}"


def _said(value: Any) -> str:
    return "none" if value is None else str(value)
