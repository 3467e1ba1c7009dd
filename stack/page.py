"""The sinks as a page for people: what was received, newest first; nothing of it is taken as HTML."""

from collections.abc import Sequence
from html import escape
from typing import Any

_SHOWN = 200
_STYLE = "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto}pre{white-space:pre-wrap;background:#f3f3f3}"


def page(mails: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]], letters: Sequence[dict[str, Any]]) -> str:
    """Write the newest mails, SMS and letters as one HTML document."""
    parts = [
        _part("Mail", [(item["to"], item["subject"], item["text"]) for item in mails]),
        _part("SMS", [(item["to"], "", item["text"]) for item in messages]),
        _part("Letters", [(item["to"], item["reference"], item["address"]) for item in letters]),
    ]
    head = f"<meta charset=utf-8><title>Volmacht: received</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>"


def _part(title: str, rows: Sequence[tuple[list[str], str, str]]) -> str:
    shown = [
        f"<details><summary>{escape(', '.join(to))} {escape(subject)}</summary><pre>{escape(str(text))}</pre></details>"
        for to, subject, text in list(reversed(rows))[:_SHOWN]
    ]
    return f"<h1>{title} ({len(rows)})</h1>{''.join(shown) or '<p>None yet.</p>'}"
