"""The network: a Hugging Face encoder, the mean of its last hidden states, and one linear layer of heads."""

from pathlib import Path
from typing import Any

from voctext.encoder.quiet import quiet
from voctext.errors import InputError, require

torch: Any = require("torch", extra="encoder")

DROPOUT = 0.1


class Network(torch.nn.Module):  # type: ignore[misc]
    """An encoder with heads; every answer is read off the same mean of hidden states."""

    def __init__(self, encoder: Any, outputs: int) -> None:
        """Put *outputs* heads, drawn at random by torch's seed, on *encoder*."""
        super().__init__()
        self.encoder = encoder
        self.dropout = torch.nn.Dropout(DROPOUT)
        self.heads = torch.nn.Linear(encoder.config.hidden_size, outputs)

    def pooled(self, input_ids: Any, attention_mask: Any) -> Any:
        """Give the mean hidden state of each text's tokens, shape (texts, width)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)

    def scores(self, input_ids: Any, attention_mask: Any) -> Any:
        """Give the heads' answers, shape (texts, outputs)."""
        return self.heads(self.dropout(self.pooled(input_ids, attention_mask)))

    def forward(self, input_ids: Any, attention_mask: Any) -> dict[str, Any]:
        """Give the scores in the form that transformers' Trainer takes."""
        return {"scores": self.scores(input_ids, attention_mask)}


class ScoresAlone(torch.nn.Module):  # type: ignore[misc]
    """A network that gives bare scores: ONNX knows no dictionaries."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Give the scores, shape (texts, outputs)."""
        return self.network.scores(input_ids, attention_mask)


def load_base(name: str) -> tuple[Any, str]:
    """
    Load a pretrained encoder by its name or folder.

    Code that comes with a model is never run, and weights are read from safetensors alone.

    Returns:
        The encoder, and its tokenizer as the JSON of the `tokenizers` library.

    Raises:
        InputError: There is no such encoder, it needs code of its own, its weights are no safetensors, or
            it is no encoder.
    """
    transformers = require("transformers", extra="encoder")
    try:
        with quiet():
            config = transformers.AutoConfig.from_pretrained(name, trust_remote_code=False)
            _check_kind(config, name)
            tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
            json = _fast(tokenizer, name)
            encoder = _weights(transformers.AutoModel, name, config)
    except InputError:
        raise
    except Exception as error:  # transformers raises errors of many kinds
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            f"{name}: no encoder could be loaded ({reason}); give the name of a Hugging Face model, or a "
            "folder with config.json, tokenizer.json and model.safetensors"
        ) from error
    return encoder, json


def _check_kind(config: Any, name: str) -> None:
    generates = [name for name in config.architectures or () if name.endswith(("ForCausalLM", "LMHeadModel"))]
    if config.is_encoder_decoder or generates or not hasattr(config, "hidden_size"):
        raise InputError(f"{name}: a {config.model_type} model; give an encoder, such as a BERT or XLM-R")


def _weights(auto: Any, name: str, config: Any) -> Any:
    # half precision on disk is read in full: heads are, and processors are slow at halves
    whole = {"dtype": torch.float32}
    given = {"config": config, "trust_remote_code": False, "use_safetensors": True, **whole}
    try:  # BERT and its like would draw a pooler at random; others know no such option
        return auto.from_pretrained(name, add_pooling_layer=False, **given)
    except TypeError:
        return auto.from_pretrained(name, **given)


def _fast(tokenizer: Any, name: str) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise InputError(f"{name}: its tokenizer cannot be written as tokenizer.json; give another encoder")
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # transformers makes one up where none lies
        raise InputError(f"{name}: its tokenizer knows no words; give a folder with tokenizer.json")
    backend.no_truncation()
    backend.no_padding()
    return str(backend.to_str())


def pad_of(encoder: Any) -> int:
    """Give the number of the token that fills up short texts; masked, so any will do."""
    return int(getattr(encoder.config, "pad_token_id", None) or 0)


def licence_of(name: str) -> str | None:
    """Give the licence that the model card of a base in a folder names, None where none is told."""
    card = Path(name) / "README.md"
    if not card.is_file():
        return None
    lines = card.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("license:")), None)
