"""Photos: bounded before they are decoded, drawn again without what the camera noted, no larger than reading needs."""

from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from . import Checked, Content, RefusedFile, temporary

MOST_SIDE = 30_000
MOST_PIXELS = 50_000_000
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# What drawing needs; all else that a file carries (EXIF, place, comments, XMP) is left behind.
_DRAWN = ("icc_profile", "transparency")
# A photo heavier than this for its size gains from being written again at our quality.
_HEAVY_BYTES_PER_PIXEL = 0.6
_TOP_LEFT = 1
_ORIENTATION = 0x0112


def check(content: Content, content_type: str, size: int, name: str) -> Checked:
    """Return the photo as it may be kept, or raise RefusedFile."""
    if content_type not in _FORMATS:
        _read_heic()
    content.seek(0)
    # The PDF engine, where it was imported first, tells the decoders to make do with half a photo.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    written = temporary()
    try:
        # Only the decoder of the format that was found: no other one sees hostile bytes.
        with Image.open(content, formats=[_FORMATS.get(content_type, "HEIF")]) as photo:
            _refuse_too_large(photo, name)
            kind = _draw(photo, content_type, size, written)
    except RefusedFile:
        written.close()
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        written.close()
        raise _too_large(name) from error
    except Exception as error:
        # Decoders of hostile bytes raise anything; whatever it is, the photo cannot be read.
        written.close()
        raise RefusedFile(
            _("“%(name)s” is damaged or incomplete. Take the photo again, or choose another file.") % {"name": name}
        ) from error
    written.seek(0)
    return Checked(written, kind)


def _read_heic() -> None:
    """Teach the library to read the photos of some phones; not before one comes, the decoder is large."""
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def _refuse_too_large(photo: Image.Image, name: str) -> None:
    """Refuse by the size that the file announces, before a single pixel is decoded."""
    if max(photo.size) > MOST_SIDE or photo.width * photo.height > MOST_PIXELS:
        raise _too_large(name)


def _too_large(name: str) -> RefusedFile:
    return RefusedFile(
        _("“%(name)s” is too large: %(pixels)d million pixels at most. Make it smaller, or take the photo again.")
        % {"name": name, "pixels": MOST_PIXELS // 1_000_000}
    )


def _draw(photo: Image.Image, content_type: str, size: int, target: IO[bytes]) -> str:
    """Write the first frame of the photo, upright, without its notes; return the type of what was written.

    A HEIC photo becomes a JPEG one, which every browser shows.
    """
    kind = content_type if content_type in _FORMATS else "image/jpeg"
    heavy = size > _HEAVY_BYTES_PER_PIXEL * photo.width * photo.height
    turned = photo.getexif().get(_ORIENTATION, _TOP_LEFT) != _TOP_LEFT
    # Sixteen bits a pixel, from some scanners: such a photo keeps its size.
    larger = max(photo.size) > settings.IMAGE_MAX_SIDE and not photo.mode.startswith("I")
    if larger and photo.format == "JPEG":
        # The decoder itself halves the photo as often as it can: a fraction of the memory.
        photo.draft(photo.mode, (settings.IMAGE_MAX_SIDE, settings.IMAGE_MAX_SIDE))
    photo.seek(0)
    photo.load()
    drawn = photo
    if turned:
        drawn = ImageOps.exif_transpose(photo)
    if larger:
        if drawn.mode in ("P", "1"):
            drawn = drawn.convert("RGBA" if "transparency" in drawn.info else "RGB")
        drawn.thumbnail((settings.IMAGE_MAX_SIDE, settings.IMAGE_MAX_SIDE), Image.Resampling.LANCZOS)
    drawn.info = {key: drawn.info[key] for key in _DRAWN if key in drawn.info}
    options: dict[str, Any] = {"icc_profile": drawn.info.get("icc_profile")}
    if kind == "image/jpeg":
        if drawn.mode not in ("RGB", "L", "CMYK"):
            drawn = drawn.convert("RGB")
        # As good as it came, where it is neither turned, made smaller nor heavy.
        same = photo.format == "JPEG" and drawn is photo and not (larger or heavy)
        options |= {"quality": "keep" if same else settings.IMAGE_QUALITY, "optimize": True}
    elif kind == "image/webp":
        options |= {"quality": settings.IMAGE_QUALITY}
    drawn.save(target, _FORMATS[kind], **options)
    return kind
