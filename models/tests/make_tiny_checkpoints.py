#!/usr/bin/env python3
"""Writes tests/tiny/: Qwen3 checkpoints of the true architecture with random weights, a small
tokenizer that cuts text as Qwen3's does, and scores.

The scores are what `transformers` computes in fp32, one whole sequence at a time, without packing,
sharing or any other saving, and for texts on the whole prompt tokenised as one string; the tests of
models/src/causal compare themselves with them.
Needs `pip install torch transformers`; nothing else does: what it writes is committed.

    python models/tests/make_tiny_checkpoints.py
"""

import json
import pathlib

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import Qwen3Config, Qwen3ForCausalLM

OUT = pathlib.Path(__file__).parent / "tiny"
VOCABULARY = 320
YES, NO = 301, 17
# (tokens in front of all passages, tokens of each passage's own part)
CASES = [
    (9, [12]),
    (0, [5, 17, 1]),
    (23, [1, 2, 64, 7, 7, 31, 40, 3]),
    (120, [48, 9, 80]),
]
# Qwen3's own rule for what may become one token.
PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# Prompts by model family: the text, and what the scores are made of.
PROMPTS = {
    "zerank": (
        "<|im_start|>system\n{query}<|im_end|>\n<|im_start|>user\n{passage}<|im_end|>\n"
        "<|im_start|>assistant\n",
        {"order": "query_first", "true_id": YES, "false_id": None, "scale": 5.0},
    ),
    "qwen": (
        "<|im_start|>user\n<Query>: {query}\n<Document>: {passage}<|im_end|>\n",
        {"order": "query_first", "query_lead": " ", "query_tail": "\n", "passage_lead": " "}
        | {"true_id": YES, "false_id": NO, "scale": 1.0},
    ),
    "document first": (
        "<|im_start|>user\n{passage}<|im_end|>\n<|im_start|>user\n{query}<|im_end|>\n",
        {"order": "passage_first", "true_id": YES, "false_id": None, "scale": 1.0},
    ),
}
QUERY = "How long is the notice period?"
PASSAGES = [
    "The notice period is three months.\n\nIt ends with a quarter.",
    "Nothing of it...",
    "Die Kündigungsfrist beträgt drei Monate. 通知期間は三か月です。",
    "(2.5 % of 1,234)\n* 'tis <b>",
]


def checkpoint(is_tied: bool, n_layers: int) -> Qwen3ForCausalLM:
    """Widths that catch a mix-up: 4 heads of 16 are not 32, and 2 key heads serve 4 query heads."""
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=n_layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=512,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        rms_norm_eps=1e-6,
        tie_word_embeddings=is_tied,
        initializer_range=0.25,
        attn_implementation="eager",
        dtype="float32",
    )
    model = Qwen3ForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:  # all ones would hide a norm that is left out
                weight.uniform_(0.5, 1.5)
    return model


def scores(model: Qwen3ForCausalLM) -> dict:
    cases = []
    for n_shared, lens in CASES:
        ids = lambda n: torch.randint(0, VOCABULARY, (n,)).tolist()
        shared, own = ids(n_shared), [ids(n) for n in lens]
        logits = []
        for rest in own:
            with torch.no_grad():
                last = model(torch.tensor([shared + rest])).logits[0, -1]
            logits.append([last[YES].item(), last[NO].item()])
        cases.append({"shared": shared, "own": own, "logits": logits})
    return {"wanted": [YES, NO], "cases": cases}


def tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    pieces = pre_tokenizers.Split(Regex(PIECES), behavior="isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pieces, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|im_start|>", "<|im_end|>"],
        show_progress=False,
    )
    corpus = [f"{QUERY}\n<Document>: {passage}" for passage in PASSAGES]
    tokenizer.train_from_iterator(corpus * 4, trainer)
    return tokenizer


def prompts(model: Qwen3ForCausalLM, tokenizer: Tokenizer) -> list:
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    found = []
    for name, (template, spec) in PROMPTS.items():
        first, second = sorted(["{query}", "{passage}"], key=template.index)
        prefix, rest = template.split(first)
        middle, suffix = rest.split(second)
        lead = lambda slot: spec.get(f"{slot.strip('{}')}_lead", "")
        tail = lambda slot: spec.get(f"{slot.strip('{}')}_tail", "")
        fixed = {
            "prefix": encode(prefix.removesuffix(lead(first))),
            "middle": encode(middle.removeprefix(tail(first)).removesuffix(lead(second))),
            "suffix": encode(suffix.removeprefix(tail(second))),
        }
        ids = [encode(template.format(query=QUERY, passage=passage)) for passage in PASSAGES]
        scores = []
        for sequence in ids:
            with torch.no_grad():
                last = model(torch.tensor([sequence])).logits[0, -1]
            no = last[spec["false_id"]].item() if spec["false_id"] is not None else 0.0
            scores.append(last[YES].item() - no)
        found.append({"name": name, "spec": spec | fixed, "ids": ids, "scores": scores})
    return found


def main() -> None:
    torch.manual_seed(20261123)
    for name, is_tied, n_layers, shard in [("tied", True, 3, "5GB"), ("untied", False, 2, "70KB")]:
        model, folder = checkpoint(is_tied, n_layers), OUT / name
        model.save_pretrained(folder, max_shard_size=shard)
        (folder / "generation_config.json").unlink(missing_ok=True)
        config = json.loads((folder / "config.json").read_text())
        if not is_tied:  # the spelling of transformers 4
            config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
            config["rope_scaling"] = None
            config["torch_dtype"] = config.pop("dtype")
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        (folder / "scores.json").write_text(json.dumps(scores(model)) + "\n")
    small = tokenizer()
    small.save(str(OUT / "tied" / "tokenizer.json"), pretty=False)
    tied = Qwen3ForCausalLM.from_pretrained(OUT / "tied", attn_implementation="eager").eval()
    found = {"query": QUERY, "passages": PASSAGES, "prompts": prompts(tied, small)}
    (OUT / "tied" / "prompts.json").write_text(json.dumps(found, ensure_ascii=False) + "\n")


main()
