"""A program of its own that draws an uploaded file anew: nothing of the file is passed on but what it looks like (S26).

It runs apart from the gateway because the file is a stranger's: it has no key and no settings, little time and memory,
and imports nothing of ours. Input: the file. Output: the media type on a line, then a picture, or a document of
pictures when there are several pages; with status 1 the code of the refusal.
"""

import resource
import sys
from collections.abc import Iterator
from io import BytesIO

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

PIXELS = 64_000_000
"""Of one picture; more is refused before it is decoded."""

PAGES = 40
EDGE = 2200
"""The longest side of what is shown, in pixels: the small print of an identity card stays readable."""

_MEMORY = 1536 * 1024 * 1024
_SECONDS = 20
_QUALITY = 88
_PICTURES = ("PNG", "JPEG", "TIFF", "BMP")


class TooMuchError(Exception):
    """More pixels or pages than are drawn."""


def pages(data: bytes) -> Iterator[Image.Image]:
    """Yield what a file looks like, page by page."""
    return _printed(data) if data.lstrip()[:5] == b"%PDF-" else _pictured(data)


def _pictured(data: bytes) -> Iterator[Image.Image]:
    with Image.open(BytesIO(data), formats=_PICTURES) as image:
        # Only a TIFF has pages; a second frame of the others is a preview or an animation.
        for page in range(_bounded(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1):
            image.seek(page)
            if image.width * image.height > PIXELS:
                raise TooMuchError
            image.draft("RGB", (EDGE, EDGE))
            yield _plain(ImageOps.exif_transpose(image))


def _printed(data: bytes) -> Iterator[Image.Image]:
    with pypdfium2.PdfDocument(data) as document:
        document.init_forms()  # what was filled in is seen
        for n in range(_bounded(len(document))):
            page = document[n]
            scale = EDGE / max(*page.get_size(), 1.0)
            yield _plain(page.render(scale=scale).to_pil())


def _bounded(count: int) -> int:
    if count > PAGES:
        raise TooMuchError
    return count


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture on white, of a bounded size, with no word beside its pixels."""
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda grey: grey / 256).convert("L")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((EDGE, EDGE))
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return sheet


def redraw(data: bytes) -> tuple[str, bytes]:
    """Return the media type and bytes of what a file looks like."""
    first, *more = pages(data)
    drawn = BytesIO()
    if more:
        first.save(drawn, "PDF", save_all=True, append_images=more, quality=_QUALITY)
        return "application/pdf", drawn.getvalue()
    first.save(drawn, "JPEG", quality=_QUALITY)
    return "image/jpeg", drawn.getvalue()


def main() -> int:
    """Draw the input anew within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file; pipes are none
    Image.MAX_IMAGE_PIXELS = None  # judged above, page by page
    try:
        head, drawn = redraw(sys.stdin.buffer.read())
    except (TooMuchError, MemoryError):
        head, drawn = "file_too_complex", b""
    except (UnidentifiedImageError, pypdfium2.PdfiumError, OSError, ValueError, SyntaxError, EOFError):
        head, drawn = "file_unreadable", b""
    sys.stdout.buffer.write(head.encode() + b"\n" + drawn)
    return 0 if drawn else 1


if __name__ == "__main__":
    sys.exit(main())
