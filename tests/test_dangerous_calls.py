"""What the source never does: evaluate text, call a shell, glue SQL together, use weak hashes or guessable secrets."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "leadwright"
MODULES = {
    path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text())
    for path in sorted(SOURCE.rglob("*.py"))
    if "migrations" not in path.parts
}
PICKLED = {"leadfile/spool.py"}  # a temporary file that this very process wrote
NAMES_A_CERTIFICATE = {"identity/certificates.py"}  # SHA-1 as the number Microsoft's libraries call it by
MADE_UP = "sandbox/"  # the rehearsal draws its people at random
FIXED_WORDS = {  # patterns out of word lists, days and header names of the module itself; each looked at
    "analyst/builtin/mail_words.py",
    "analyst/builtin/numbers.py",
    "analyst/builtin/relation.py",
    "analyst/builtin/replies/return_date.py",
    "analyst/builtin/replies/stretches.py",
    "analyst/builtin/titles.py",
    "analyst/model/read_reply.py",
    "domain/evidence.py",
    "mail/inbox.py",
}
WAITS = {"analyst/model/connection.py"}  # random waits between two tries


def _called(node: ast.AST) -> str:
    """Dotted name of what is called; empty for anything else."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for name, tree in MODULES.items():
        yield from ((name, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def _imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module.partition(".")[0], *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def test_nothing_evaluates_text_or_calls_a_shell() -> None:
    never = {"eval", "exec", "compile", "os.system", "os.popen", "__import__", "from_string", "Template", "format_map"}
    found = [(name, _called(call)) for name, call in _calls() if _called(call) in never | {"subprocess.getoutput"}]
    found += [
        (name, "from_string") for name, call in _calls() if _called(call).endswith((".from_string", "format_map"))
    ]
    found += [
        (name, "shell")
        for name, call in _calls()
        for keyword in call.keywords
        if keyword.arg == "shell" and _called(call).startswith("subprocess")
    ]
    assert found == []
    stored = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle", "xml.etree"}
    assert {name for name, tree in MODULES.items() if _imports(tree) & stored} == PICKLED


def test_no_statement_is_put_together_from_text() -> None:
    """What is put in by a name of ours, such as a table's, is a constant in capitals; values are bound."""
    statements = {"text", "exec_driver_sql"}
    glued = [
        (name, call.lineno, ast.unparse(part))
        for name, call in _calls()
        if _called(call).removeprefix("connection.") in statements and call.args
        for part in _strangers(call.args[0])
    ]
    assert glued == []


def test_every_pattern_with_a_variable_escapes_it() -> None:
    open_ones = [
        (name, call.lineno, ast.unparse(part))
        for name, call in _calls()
        if _called(call).startswith("re.") and call.args and name not in FIXED_WORDS
        for part in _strangers(call.args[0])
    ]
    assert open_ones == []


def _strangers(node: ast.expr) -> list[ast.Name]:
    """Names within a text that are neither constants of their module nor escaped."""
    if not isinstance(node, ast.JoinedStr | ast.BinOp):
        return []
    harmless = {
        id(inner)
        for each in ast.walk(node)
        if _called(each) == "re.escape" or (isinstance(each, ast.GeneratorExp) and _constant(each.generators[0].iter))
        for inner in ast.walk(each)
    }
    called = {id(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    return [each for each in names if id(each) not in harmless | called and not _constant(each) and each.id != "re"]


def _constant(node: ast.expr) -> bool:
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    return all(name.strip("_").isupper() for name in names)


def test_secrets_come_from_the_systems_randomness() -> None:
    guessable = {name for name, tree in MODULES.items() if "random" in _imports(tree) and not name.startswith(MADE_UP)}
    assert guessable == WAITS
    short = [
        (name, ast.unparse(call))
        for name, call in _calls()
        if _called(call).rpartition(".")[2] in {"token_urlsafe", "token_hex"} and int(ast.unparse(call.args[0])) < 16
    ]
    # none of these opens anything: names of files and of parts of a mail, the fence around data in a prompt; nor does
    # what the stand-in makes up, but the password that everybody there has on this machine
    harmless = {"identity/secrets.py", "mail/compose.py", "analyst/model/fence.py"}
    assert [each for each in short if each[0] not in harmless and not each[0].startswith(MADE_UP)] == []


def test_no_weak_hash_protects_anything() -> None:
    weak = {"md5", "sha1", "new"}
    found = {name for name, call in _calls() if _called(call).removeprefix("hashlib.") in weak - {"new"}}
    assert found == NAMES_A_CERTIFICATE
    assert [name for name, call in _calls() if _called(call) == "hashlib.new"] == []


def test_every_list_for_a_spreadsheet_is_written_without_formulas() -> None:
    writers = {name for name, call in _calls() if _called(call) in {"csv.writer", "csv.DictWriter"}}
    careful = {name for name, call in _calls() if _called(call) == "safe_cell"}
    assert {name for name in writers if not name.startswith(MADE_UP)} <= careful


def test_scripts_of_the_pages_write_text_and_keep_nothing() -> None:
    scripts = sorted((SOURCE / "web" / "static").glob("*.js"))
    assert scripts
    never = (
        r"\.(?:inner|outer)HTML\s*\+?=[^=]|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|"
        r"localStorage|sessionStorage|indexedDB|document\.cookie|JSON\.parse|__proto__|WebSocket"
    )
    assert [(path.name, found) for path in scripts if (found := re.findall(never, path.read_text()))] == []
