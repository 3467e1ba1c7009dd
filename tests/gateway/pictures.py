"""Files as strangers send them: real pictures and documents, and what hides in some."""

import io

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

MARK = b"canary-of-an-agreement"


def picture(kind, *, size=(60, 40), mode="RGB", color="orange", **more):
    """A picture in one colour."""
    kept = io.BytesIO()
    Image.new(mode, size, color).save(kept, kind, **more)
    return kept.getvalue()


def document(pages=1, **more):
    """A PDF of empty pages with an orange note, and a word that only its bytes hold."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(300, 200)
    note = FreeText(text="", rect=(0, 0, 300, 200), background_color="ffa500", border_color="ffa500")
    writer.add_annotation(0, note)
    writer.add_metadata({"/Author": MARK.decode()})
    if "action" in more:
        writer._root_object[NameObject("/OpenAction")] = more["action"]
    if "attached" in more:
        writer.add_attachment("evil.exe", more["attached"])
    if "password" in more:
        writer.encrypt(more["password"])
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def action(kind, field, text):
    """What a reader does as soon as it opens the document."""
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject(field): TextStringObject(text)})


def padded(data, size):
    """The PDF at exactly this size, by a comment before its end."""
    head, end, tail = data.rpartition(b"startxref")
    return head + b"%" + b" " * (size - len(data) - 2) + b"\n" + end + tail


def pages_of(data):
    return len(PdfReader(io.BytesIO(data)).pages)


def seen(data):
    """What a picture looks like: its size and the colour of its middle."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    return image.size, image.getpixel((image.width // 2, image.height // 2))


PDF = document()
PNG = picture("PNG")
JPEG = picture("JPEG")
TIFF = picture("TIFF")
BMP = picture("BMP")
BIG_TIFF = b"MM\x00*" + b"".join(  # the other order of bytes, by hand: Pillow writes the one alone
    [
        (8).to_bytes(4, "big"), (8).to_bytes(2, "big"),
        *(
            tag.to_bytes(2, "big") + kind.to_bytes(2, "big") + (1).to_bytes(4, "big") + value
            for tag, kind, value in (
                (256, 4, (1).to_bytes(4, "big")), (257, 4, (1).to_bytes(4, "big")),
                (258, 3, (8).to_bytes(2, "big") + b"\0\0"), (259, 3, (1).to_bytes(2, "big") + b"\0\0"),
                (262, 3, (1).to_bytes(2, "big") + b"\0\0"), (273, 4, (110).to_bytes(4, "big")),
                (278, 4, (1).to_bytes(4, "big")), (279, 4, (1).to_bytes(4, "big")),
            )
        ),
        bytes(4), b"\x80",
    ]
)  # fmt: skip
