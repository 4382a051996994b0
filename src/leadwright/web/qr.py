"""QR codes as pictures inside a page. Knows nothing of what they say."""

import segno


def qr_image(text: str) -> str:
    """The code as an SVG in a data address, for `src` of an image: dark on white whatever the page's colours."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))
