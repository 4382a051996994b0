"""Entry point of the `leadwright` command: one sentence for a person instead of a traceback."""

import sys


def main() -> None:
    """Run the command line; a known error becomes one sentence on standard error and exit status 1."""
    from leadwright.cli.app import app
    from leadwright.errors import LeadwrightError

    try:
        app()
    except LeadwrightError as error:
        sys.stderr.write(f"leadwright: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("leadwright: stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
