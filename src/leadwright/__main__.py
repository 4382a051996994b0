"""Entry point of the `leadwright` command: one sentence for a person instead of a traceback."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; a known error becomes one sentence on standard error and exit status 1."""
    os.umask(0o077)  # the database, uploads and keys are for this user alone
    gc.set_threshold(50_000, 10, 10)  # what is loaded is no garbage: looking through it took up to a fifth of the start
    from leadwright.cli.app import app
    from leadwright.cli.termination import closed_at_sigterm
    from leadwright.errors import LeadwrightError

    try:
        with closed_at_sigterm():
            app()
    except LeadwrightError as error:
        _end(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("leadwright: stopped.\n")
        sys.exit(130)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _end(f"{where}{error.strerror or error}. Check that the file or folder exists and that you may use it.")
    except Exception as error:
        sentence = _of_database(error)
        if sentence is None:
            raise
        _end(sentence)


def _of_database(error: Exception) -> str | None:
    from sqlalchemy.exc import SQLAlchemyError

    from leadwright.db.engine import explained

    return explained(error) if isinstance(error, SQLAlchemyError) else None


def _end(sentence: str) -> None:
    sys.stderr.write(f"leadwright: {sentence}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
