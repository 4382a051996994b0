"""Browser and system of a session in words people know, from what the browser said about itself. Only for showing."""

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(useragent: str) -> str:
    """Such as "Firefox on Windows"; what nobody knows is shown as it came, shortened."""
    browser = next((name for mark, name in _BROWSERS if mark in useragent), "")
    system = next((name for mark, name in _SYSTEMS if mark in useragent), "")
    if browser:
        return f"{browser} on {system}" if system else browser
    return useragent[:60] or "Unknown browser"
