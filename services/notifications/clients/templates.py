"""Templates: one file per message and language; text and HTML come from the same file (S29, SP-115, SP-117)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from contracts.values import Language
from profiles.model import Profile

FOLDER = Path(__file__).parent.parent / "templates"
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MailText:
    """What a reader sees of a mail."""

    subject: str
    text: str
    html: str


class Templates:
    """Fills in templates. Values are data, never templates; addresses come from the settings and the profile alone."""

    def __init__(self, profile: Profile, public_url: str) -> None:
        self._profile = profile
        self._public_url = public_url
        self._text = _environment(autoescape=False)
        self._html = _environment(autoescape=True)

    def mail(self, name: str, language: Language, data: Data) -> MailText:
        """Return a mail: the first line of its file is the subject, then come paragraphs."""
        subject, text = self.message(name, language, data)
        _, _, body = self._fill(self._html, f"{name}.{language}.txt", language, data).partition("\n\n")
        values = {"title": subject, "body": Markup(paragraphs(body))}  # noqa: S704 (escaped when it was filled in)
        html = self._fill(self._html, "mail.html", language, values)
        return MailText(subject, text, html)

    def message(self, name: str, language: Language, data: Data) -> tuple[str, str]:
        """Return the subject and the plain text of a message."""
        subject, _, text = self._fill(self._text, f"{name}.{language}.txt", language, data).partition("\n\n")
        return subject.strip(), f"{text.strip()}\n"

    def line(self, name: str, language: Language, data: Data) -> str:
        """Return a text message, in one line."""
        return " ".join(self._fill(self._text, f"{name}.{language}.txt", language, data).split())

    def page(self, name: str, language: Language, data: Data) -> str:
        """Return a document to print, as HTML."""
        return self._fill(self._html, f"{name}.{language}.html", language, data)

    def _fill(self, environment: Environment, file: str, language: Language, data: Data) -> str:
        return environment.get_template(file).render(
            **data,
            language=language.value,
            supplier=self._profile.display_name.in_(language),
            supplier_legal_name=self._profile.legal_name,
            support_url=self._profile.support.url,
            module_url=self._public_url,
        )


def paragraphs(body: str) -> str:
    """Return HTML of paragraphs that are parted by empty lines; lines that all begin with `- ` are a list."""
    return "\n".join(_paragraph(part.split("\n")) for part in body.strip().split("\n\n") if part.strip())


def _paragraph(lines: list[str]) -> str:
    filled = [line for line in lines if line.strip()]
    if all(line.startswith("- ") for line in filled):
        return f"<ul>{''.join(f'<li>{line[2:]}</li>' for line in filled)}</ul>"
    return f"<p>{'<br>'.join(filled)}</p>"


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=autoescape,  # noqa: S701 (off only for what is read as plain text)
        undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_in_line, auto_reload=False,
    )  # fmt: skip
    environment.filters["day"] = _day
    environment.filters["closed"] = _closed
    environment.filters["url"] = _anchor if autoescape else str
    return environment


def _in_line(value: Any) -> Any:
    """Keep a value within its line, so that it cannot begin a paragraph of its own (SP-117)."""
    return " ".join(value.split()) if isinstance(value, str) and not isinstance(value, Markup) else value


def _anchor(url: str) -> Markup:
    """Return a link to an address of ours."""
    return Markup('<a href="{0}">{0}</a>').format(escape(url))


def _closed(name: str) -> str:
    """Return a name at the end of a sentence: that of a B.V. has its full stop already."""
    text = name.rstrip()
    return text if text.endswith(".") else f"{text}."


@pass_context
def _day(context: Context, value: str) -> str:
    """Return a day (ISO text) as people write it: 22 november 2026."""
    return format_date(date.fromisoformat(value), "d MMMM y", locale=context["language"])
